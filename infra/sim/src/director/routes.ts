import { accountRoutes } from "./api/accounts.ts";
import { alertRoutes } from "./api/alerts.ts";
import { applicationRoutes } from "./api/applications.ts";
import { authenticationRoutes } from "./api/authentication.ts";
import { backupRoutes } from "./api/backup.ts";
import { clusterRoutes } from "./api/clusters.ts";
import { groupRoutes } from "./api/groups.ts";
import { logRoutes } from "./api/logs.ts";
import { metricRoutes } from "./api/metrics.ts";
import { kubernetesProxyRoutes } from "./api/kubernetes-proxy.ts";
import { openebsRoutes } from "./api/openebs.ts";
import { passwordRoutes } from "./api/passwords.ts";
import { poolInstanceRoutes } from "./api/pool-instances.ts";
import { poolOperationRoutes } from "./api/pool-operations.ts";
import { recommendationRoutes } from "./api/recommendations.ts";
import { teamingRoutes } from "./api/teaming.ts";
import { upgradeRoutes } from "./api/upgrade-claims.ts";
import { volumeRoutes } from "./api/volumes.ts";
import { get, type Route } from "./http/router.ts";
import { pageRoutes } from "./pages/page-routes.ts";

/** Everything behind the ingress. */
export const routes: readonly Route[] = [
  get("ping", () => ({ status: 200, body: "pong", contentType: "text/plain; charset=utf-8" })),
  ...authenticationRoutes,
  ...accountRoutes,
  ...groupRoutes,
  ...teamingRoutes,
  ...clusterRoutes,
  ...applicationRoutes,
  ...openebsRoutes,
  ...recommendationRoutes,
  ...poolOperationRoutes,
  ...poolInstanceRoutes,
  ...upgradeRoutes,
  ...backupRoutes,
  ...alertRoutes,
  ...metricRoutes,
  ...logRoutes,
  ...volumeRoutes,
  ...passwordRoutes,
  ...kubernetesProxyRoutes,
  ...pageRoutes,
];
