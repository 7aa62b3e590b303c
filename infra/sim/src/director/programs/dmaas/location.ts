import { S3mini } from "s3mini";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { getKind } from "../../defined-kinds.ts";
import { textAt } from "../../json.ts";
import { LOCATION } from "./kinds.ts";

/** Where backups lie: a folder of a bucket. */
export interface Location {
  readonly name: string;
  put(key: string, data: string | Buffer): Promise<void>;
  /** Undefined when there is none. */
  get(key: string): Promise<Buffer | undefined>;
  /** Keys under a folder. */
  list(folder: string): Promise<readonly string[]>;
  remove(key: string): Promise<void>;
}

const DEFAULT_LOCATION = "default";

const valueIn = (ini: string, name: string): string => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, "m").exec(ini)?.[1] ?? "";

/** The keys in a Secret, as the tools of AWS write them. Throws without them. */
const keysOf = (store: Store, { metadata, spec }: KubeObject): { readonly accessKeyId: string; readonly secretAccessKey: string } => {
  const [name = "", key = ""] = [textAt(spec, "credential", "name"), textAt(spec, "credential", "key")];
  const encoded = textAt(store.get(store.resource("Secret"), metadata.namespace, name), "data", key);
  if (encoded === undefined) throw new Error(`secret ${name} has no key ${key}`);
  const ini = Buffer.from(encoded, "base64").toString("utf8");
  return { accessKeyId: valueIn(ini, "aws_access_key_id"), secretAccessKey: valueIn(ini, "aws_secret_access_key") };
};

/** A store that an object describes. Throws when it is none that is spoken here. */
export const openLocation = (store: Store, object: KubeObject): Location => {
  const { spec, metadata } = object;
  const [bucket = "", url = ""] = [textAt(spec, "objectStorage", "bucket"), textAt(spec, "config", "s3Url")];
  if (textAt(spec, "provider") !== "aws") throw new Error(`provider ${textAt(spec, "provider") ?? ""} has no plugin`);
  if (bucket === "" || !URL.canParse(url)) throw new Error("objectStorage.bucket and config.s3Url are needed");
  const folder = textAt(spec, "objectStorage", "prefix");
  const prefix = folder === undefined ? "" : `${folder}/`;
  const region = textAt(spec, "config", "region") ?? "us-east-1";
  const s3 = new S3mini({ ...keysOf(store, object), endpoint: `${url}/${bucket}`, region });
  return {
    name: metadata.name,
    async put(key, data) {
      await s3.putObject(`${prefix}${key}`, data);
    },
    async get(key) {
      const data = await s3.getObjectArrayBuffer(`${prefix}${key}`);
      return data === null ? undefined : Buffer.from(data);
    },
    async list(under) {
      const found = await s3.listObjects("/", `${prefix}${under}`);
      if (found === null) throw new Error(`bucket ${bucket} does not exist`);
      return found.map(({ Key }) => Key.slice(prefix.length));
    },
    async remove(key) {
      await s3.deleteObject(`${prefix}${key}`);
    },
  };
};

/** The location that a backup names. Throws when it is not there. */
export const locationOf = (store: Store, { metadata, spec }: KubeObject): Location => {
  const name = textAt(spec, "storageLocation") ?? DEFAULT_LOCATION;
  const object = getKind(store, LOCATION, { namespace: metadata.namespace, name });
  if (object === undefined) throw new Error(`backup storage location ${name} is not there`);
  return openLocation(store, object);
};
