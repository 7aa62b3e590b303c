import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerBucket, escaped, xmlAnswer, type Bucket, type S3Answer } from "./bucket-routes.ts";
import { S3Error } from "./s3-error.ts";
import { checkSignature, type StoreCredentials } from "./signature.ts";

export interface ObjectStoreOptions {
  readonly bucket: string;
  readonly credentials: StoreCredentials;
  /** Gets a line for each request that the store does not know. */
  readonly log?: (line: string) => void;
}

export interface RunningObjectStore {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new S3Error("EntityTooLarge", `an object holds at most ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const refusalOf = (error: unknown): S3Answer => {
  const { status, code, message } = error instanceof S3Error ? error : new S3Error("InternalError", String(error));
  return xmlAnswer(status, `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`);
};

const isUnhandled = (error: unknown): boolean => !(error instanceof S3Error) || error.code === "NotImplemented";

const handle = async (message: IncomingMessage, bucket: Bucket, options: ObjectStoreOptions): Promise<S3Answer> => {
  const { method = "GET", url: target = "/", headers } = message;
  try {
    const request = { method, target, headers, body: await readBody(message) };
    checkSignature(request, options.credentials, Date.now());
    return answerBucket(bucket, options.bucket, request);
  } catch (error) {
    if (isUnhandled(error)) options.log?.(`object store: ${method} ${target}: ${error instanceof Error ? error.message : String(error)}`);
    return refusalOf(error);
  }
};

const send = (response: ServerResponse, { status, headers, body }: S3Answer, isHead: boolean): void => {
  response.writeHead(status, { ...headers, "content-length": String(body?.length ?? 0) });
  response.end(isHead ? undefined : body);
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

/** An S3-compatible store with one bucket, over HTTP at 127.0.0.1, as MinIO serves one in a lab. It outlives restores of VMs. */
export const startObjectStore = async (options: ObjectStoreOptions): Promise<RunningObjectStore> => {
  const bucket: Bucket = new Map();
  const server = createServer((message, response) => {
    void handle(message, bucket, options).then((answer) => send(response, answer, message.method === "HEAD"));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
