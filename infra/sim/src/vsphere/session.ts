import { randomBytes, randomUUID } from "node:crypto";
import type { ManagedObject } from "./managed-object.ts";
import { data, int, time, type Data, type Ref } from "./value.ts";

/** Where a call comes from. */
export interface Peer {
  readonly address: string;
  readonly userAgent: string;
}

/** A login; it owns what only its user sees: collectors, filters, views. Collectors end with it by `signal`. */
export class Session {
  readonly cookie = randomBytes(20).toString("hex");
  readonly key = randomUUID();
  readonly userName: string;
  readonly objects = new Map<string, ManagedObject>();
  readonly #loginAt: number;
  readonly #peer: Peer;
  readonly #ended = new AbortController();
  #lastActiveAt: number;
  #calls = 0;
  #objectCount = 0;

  constructor(userName: string, nowMs: number, peer: Peer) {
    this.userName = userName;
    this.#loginAt = nowMs;
    this.#lastActiveAt = nowMs;
    this.#peer = peer;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  seen(nowMs: number): void {
    this.#lastActiveAt = nowMs;
    this.#calls += 1;
  }

  idleMs(nowMs: number): number {
    return nowMs - this.#lastActiveAt;
  }

  end(): void {
    this.objects.clear();
    this.#ended.abort();
  }

  /** An id for an object that belongs to this session. */
  newId(): string {
    this.#objectCount += 1;
    return `session[${this.key}]${this.#objectCount}`;
  }

  add(object: ManagedObject): Ref {
    this.objects.set(object.ref.id, object);
    return object.ref;
  }

  toData(): Data {
    return data("UserSession", {
      key: this.key,
      userName: this.userName,
      fullName: this.userName,
      loginTime: time(this.#loginAt),
      lastActiveTime: time(this.#lastActiveAt),
      locale: "en",
      messageLocale: "en",
      extensionSession: false,
      ipAddress: this.#peer.address,
      userAgent: this.#peer.userAgent,
      callCount: int(this.#calls),
    });
  }
}

const COOKIE = /(?:^|;\s*)vmware_soap_session="?([^";]*)"?/;

/** Wall time after which a vCenter ends a session that nobody uses. */
const LONGEST_IDLE_MS = 30 * 60_000;

/** All sessions, by cookie; one that was left behind is ended when the next one is opened. */
export class Sessions {
  readonly #byCookie = new Map<string, Session>();

  open(session: Session, nowMs: number): string {
    for (const other of this.list()) if (other.idleMs(nowMs) > LONGEST_IDLE_MS) this.end(other);
    this.#byCookie.set(session.cookie, session);
    return `vmware_soap_session="${session.cookie}"; Path=/; HttpOnly; Secure`;
  }

  ofCookie(header: string | undefined): Session | undefined {
    const cookie = COOKIE.exec(header ?? "")?.[1];
    return cookie === undefined ? undefined : this.#byCookie.get(cookie);
  }

  end(session: Session): void {
    this.#byCookie.delete(session.cookie);
    session.end();
  }

  endAll(): void {
    for (const session of this.list()) this.end(session);
  }

  list(): readonly Session[] {
    return [...this.#byCookie.values()];
  }
}
