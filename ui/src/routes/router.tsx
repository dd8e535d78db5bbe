/** Every address of the app. Views are loaded when they are first gone to. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { Skeleton } from "@/components/Say";
import { prefix } from "@/lib/address";
import { asOneOf, asText, asTexts } from "@/lib/search";
import { RUN_STATES } from "@/lib/states";

import { Broken } from "./broken";
import { NotFound } from "./not-found";
import { Root } from "./root";

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: ({ errors }: Record<string, unknown> & SearchSchemaInput): { errors?: true } => (errors === true ? { errors } : {}),
  component: lazyRouteComponent(() => import("./home")),
});

const dags = createRoute({
  getParentRoute: () => root,
  path: "/dags",
  validateSearch: dagsSearch,
  component: lazyRouteComponent(() => import("./dags")),
});

/** What narrows the list of DAGs, and how it is sorted. */
export interface DagsSearch {
  q?: string;
  tag?: string[];
  owner?: string[];
  state?: string;
  paused?: boolean;
  favourite?: boolean;
  order?: string;
  /** The DAG that is about to be triggered. */
  trigger?: string;
  /** The files that cannot be read are shown. */
  errors?: boolean;
}

type Search = Record<string, unknown>;

function dagsSearch({ q, tag, owner, state, paused, favourite, order, trigger, errors }: Search): DagsSearch {
  return {
    q: asText(q),
    tag: asTexts(tag),
    owner: asTexts(owner),
    state: asOneOf(state, RUN_STATES),
    paused: typeof paused === "boolean" ? paused : undefined,
    favourite: favourite === true || undefined,
    order: asText(order),
    trigger: asText(trigger),
    errors: errors === true || undefined,
  };
}

/** Each view says for itself what it reads of it. */
const anySearch = (search: Search) => search;

/** Above every view of a DAG: whether it is about to be triggered, true or as the run of that id was. */
export interface DagSearch {
  trigger?: true | string;
}

const dag = createRoute({
  getParentRoute: () => root,
  path: "/dags/$dagId",
  validateSearch: ({ trigger }: Search & SearchSchemaInput): DagSearch => (trigger === true || typeof trigger === "string" ? { trigger } : {}),
  component: lazyRouteComponent(() => import("./dag")),
});
const dagViews = [
  createRoute({ getParentRoute: () => dag, path: "/", component: lazyRouteComponent(() => import("./dag/overview")) }),
  createRoute({ getParentRoute: () => dag, path: "/grid", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/grid")) }),
  createRoute({ getParentRoute: () => dag, path: "/graph", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/graph")) }),
  createRoute({ getParentRoute: () => dag, path: "/gantt", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/gantt")) }),
  createRoute({ getParentRoute: () => dag, path: "/calendar", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/calendar")) }),
  createRoute({ getParentRoute: () => dag, path: "/trends", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/trends")) }),
  createRoute({ getParentRoute: () => dag, path: "/code", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/code")) }),
  createRoute({ getParentRoute: () => dag, path: "/runs", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/runs")) }),
  createRoute({ getParentRoute: () => dag, path: "/tasks", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/tasks")) }),
  createRoute({ getParentRoute: () => dag, path: "/backfills", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/backfills")) }),
  createRoute({ getParentRoute: () => dag, path: "/details", component: lazyRouteComponent(() => import("./dag/details")) }),
  createRoute({ getParentRoute: () => dag, path: "/events", validateSearch: anySearch, component: lazyRouteComponent(() => import("./dag/events")) }),
];

const run = createRoute({ getParentRoute: () => root, path: "/dags/$dagId/runs/$runId", component: lazyRouteComponent(() => import("./run")) });
const runViews = [
  createRoute({ getParentRoute: () => run, path: "/", component: lazyRouteComponent(() => import("./run/overview")) }),
  createRoute({ getParentRoute: () => run, path: "/tasks", validateSearch: anySearch, component: lazyRouteComponent(() => import("./run/tasks")) }),
  createRoute({ getParentRoute: () => run, path: "/graph", validateSearch: anySearch, component: lazyRouteComponent(() => import("./run/graph")) }),
  createRoute({ getParentRoute: () => run, path: "/gantt", validateSearch: anySearch, component: lazyRouteComponent(() => import("./run/gantt")) }),
  createRoute({ getParentRoute: () => run, path: "/compare", validateSearch: anySearch, component: lazyRouteComponent(() => import("./run/compare")) }),
  createRoute({ getParentRoute: () => run, path: "/details", component: lazyRouteComponent(() => import("./run/details")) }),
  createRoute({ getParentRoute: () => run, path: "/events", validateSearch: anySearch, component: lazyRouteComponent(() => import("./run/events")) }),
];

/** One task instance; of a mapped task, `map_index` says which. */
const task = createRoute({
  getParentRoute: () => root,
  path: "/dags/$dagId/runs/$runId/tasks/$taskId",
  validateSearch: (search: Search): TaskSearch => ({ ...search, map_index: typeof search.map_index === "number" ? search.map_index : -1 }),
  component: lazyRouteComponent(() => import("./task")),
});

export interface TaskSearch extends Search {
  map_index: number;
  try?: number;
}

const taskViews = [
  createRoute({ getParentRoute: () => task, path: "/", component: lazyRouteComponent(() => import("./task/logs")) }),
  createRoute({ getParentRoute: () => task, path: "/details", component: lazyRouteComponent(() => import("./task/details")) }),
  createRoute({ getParentRoute: () => task, path: "/rendered", component: lazyRouteComponent(() => import("./task/rendered")) }),
  createRoute({ getParentRoute: () => task, path: "/xcom", component: lazyRouteComponent(() => import("./task/xcom")) }),
  createRoute({ getParentRoute: () => task, path: "/mapped", component: lazyRouteComponent(() => import("./task/mapped")) }),
  createRoute({ getParentRoute: () => task, path: "/events", component: lazyRouteComponent(() => import("./task/events")) }),
];

const assets = createRoute({ getParentRoute: () => root, path: "/assets", validateSearch: anySearch, component: lazyRouteComponent(() => import("./assets")) });
const asset = createRoute({ getParentRoute: () => root, path: "/assets/$assetId", validateSearch: anySearch, component: lazyRouteComponent(() => import("./asset")) });
const actions = createRoute({ getParentRoute: () => root, path: "/actions", validateSearch: anySearch, component: lazyRouteComponent(() => import("./actions")) });

const admin = createRoute({ getParentRoute: () => root, path: "/admin", component: lazyRouteComponent(() => import("./admin")) });
const adminViews = [
  createRoute({ getParentRoute: () => admin, path: "/", component: lazyRouteComponent(() => import("./admin/first")) }),
  createRoute({ getParentRoute: () => admin, path: "/$page", validateSearch: anySearch, component: lazyRouteComponent(() => import("./admin/page")) }),
];

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    dags,
    dag.addChildren(dagViews),
    run.addChildren(runViews),
    task.addChildren(taskViews),
    assets,
    asset,
    actions,
    admin.addChildren(adminViews),
  ]),
  basepath: prefix() || "/",
  defaultPreload: "intent",
  defaultPreloadDelay: 60,
  defaultPendingMs: 200,
  defaultPendingComponent: () => <Skeleton lines={8} />,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
