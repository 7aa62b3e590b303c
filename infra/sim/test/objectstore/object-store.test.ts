import { S3mini } from "s3mini";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startObjectStore, type RunningObjectStore } from "../../src/objectstore/start-object-store.ts";

const CREDENTIALS = { accessId: "an-access-id", secretKey: "a-secret-key" };
const unhandled: string[] = [];
let store: RunningObjectStore;

beforeAll(async () => {
  store = await startObjectStore({ bucket: "backups", credentials: CREDENTIALS, log: (line) => unhandled.push(line) });
});
afterAll(() => store.close());

const client = ({ accessId, secretKey } = CREDENTIALS, bucket = "backups"): S3mini =>
  new S3mini({ accessKeyId: accessId, secretAccessKey: secretKey, endpoint: `${store.url}/${bucket}`, region: "us-east-1" });

describe("an object", () => {
  it("is put, read, listed and deleted by a client that signs for itself", async () => {
    const s3 = client();
    const key = "a b/ü(1)+é&<.json";
    await s3.putObject(key, "kept");
    expect(await s3.getObject(key)).toBe("kept");
    expect((await s3.listObjects("/", "a b/"))?.map(({ Key, Size }) => [Key, Size])).toEqual([[key, 4]]);
    expect(await s3.deleteObject(key)).toBe(true);
    expect(await s3.getObject(key)).toBeNull();
  });

  it("is listed page by page when there are many", async () => {
    const s3 = client();
    const keys = ["many/1", "many/2", "many/3", "many/4", "many/5"];
    for (const key of keys) await s3.putObject(key, key);
    const first = await s3.listObjectsPaged("/", "many/", 2);
    const second = await s3.listObjectsPaged("/", "many/", 3, first?.nextContinuationToken);
    expect([...(first?.objects ?? []), ...(second?.objects ?? [])].map(({ Key }) => Key)).toEqual(keys);
    expect(second?.nextContinuationToken).toBeUndefined();
  });
});

describe("a request is refused", () => {
  for (const { why, credentials, bucket, code } of [
    {
      why: "of an unknown access id",
      credentials: { ...CREDENTIALS, accessId: "another-id" },
      bucket: "backups",
      code: "InvalidAccessKeyId",
    },
    {
      why: "signed with another key",
      credentials: { ...CREDENTIALS, secretKey: "another" },
      bucket: "backups",
      code: "SignatureDoesNotMatch",
    },
    { why: "one for another bucket", credentials: CREDENTIALS, bucket: "elsewhere", code: "NoSuchBucket" },
  ])
    it(`when it is ${why}`, async () => {
      await expect(client(credentials, bucket).putObject("key", "text")).rejects.toThrow(code);
    });

  it("without a signature", async () => {
    const answer = await fetch(`${store.url}/backups/key`);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("<Code>AccessDenied</Code>")]);
  });

  it("that it does not know, and says so", async () => {
    await expect(client().getMultipartUploadId("key")).rejects.toThrow("NotImplemented");
    expect(unhandled.at(-1)).toContain("?uploads of an object");
  });

  it("whose signature is that of another path", async () => {
    const caught: RequestInit[] = [];
    const spy: typeof fetch = (_input, init) => {
      caught.push(init ?? {});
      return Promise.resolve(new Response(null, { status: 200 }));
    };
    const s3 = new S3mini({
      accessKeyId: "an-access-id",
      secretAccessKey: "a-secret-key",
      endpoint: `${store.url}/backups`,
      region: "x",
      fetch: spy,
    });
    await s3.putObject("one", "text");
    const [request] = caught;
    const moved = await fetch(`${store.url}/backups/two`, request);
    expect([moved.status, await moved.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    expect((await fetch(`${store.url}/backups/one`, request)).status).toBe(200);
  });
});
