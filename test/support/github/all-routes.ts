import { appRoutes } from "./apps.ts";
import { checkRoutes } from "./checks.ts";
import { codeOwnersRoute } from "./code-owners.ts";
import { conversationRoutes } from "./conversation.ts";
import { gitRoutes } from "./git-routes.ts";
import { graphqlRoute } from "./graphql.ts";
import { organizationRoutes } from "./organization-routes.ts";
import { pullRoutes } from "./pulls.ts";
import { repositoryRoutes } from "./repository-routes.ts";
import { reviewRoutes } from "./reviews.ts";
import type { Route } from "./routing.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { statusRoutes } from "./statuses.ts";
import { timelineRoutes } from "./timeline.ts";

export const allRoutes: readonly Route[] = [
  ...appRoutes,
  ...organizationRoutes,
  ...repositoryRoutes,
  codeOwnersRoute,
  ...gitRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...conversationRoutes,
  ...timelineRoutes,
  ...checkRoutes,
  ...statusRoutes,
  ...ruleRoutes,
  graphqlRoute,
];
