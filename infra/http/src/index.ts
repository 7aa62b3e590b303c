export { createHttp } from "./http.ts";
export type { Http, HttpMethod, HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
export { Transcript } from "./transcript.ts";
export type { ExchangeSummary } from "./transcript.ts";
export type { Exchange, HeaderFields } from "./exchange.ts";
export type { ClientCertificate, HttpTrust, SeenCertificate } from "./trust.ts";
export { lookAtCertificate } from "./look.ts";
export { isLoopback } from "./loopback.ts";
