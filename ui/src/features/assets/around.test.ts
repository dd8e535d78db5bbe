import { describe, expect, it } from "vitest";

import { type AssetGraphData, lines, matching, named } from "./around";

const graph: AssetGraphData = {
  nodes: [
    { id: "dag:makes", type: "dag", label: "makes" },
    { id: "asset:1", type: "asset", label: "orders", uri: "s3://shop/orders" },
    { id: "dag:uses", type: "dag", label: "uses" },
    { id: "asset:2", type: "asset", label: "report", uri: "s3://shop/report" },
  ],
  edges: [
    { source: "dag:makes", target: "asset:1", kind: "outlet" },
    { source: "asset:1", target: "dag:uses", kind: "schedule" },
    { source: "asset:1", target: "dag:uses", kind: "inlet" },
    { source: "dag:uses", target: "asset:2", kind: "outlet" },
  ],
};

describe("the graph of assets", () => {
  it("narrows to what fits and what that is linked with", () => {
    expect(matching(graph, " ORDERS").nodes.map((node) => node.id)).toEqual(["dag:makes", "asset:1", "dag:uses"]);
    expect(matching(graph, "shop/report").edges).toHaveLength(1);
    expect(matching(graph, "").nodes).toHaveLength(4);
    expect(matching(graph, "nothing")).toEqual({ nodes: [], edges: [] });
  });

  it("draws one line for each pair, by the stronger reason", () => {
    expect(lines(graph.edges).map(({ target, kind }) => [target, kind])).toEqual([["asset:1", "outlet"], ["dag:uses", "schedule"], ["asset:2", "outlet"]]);
  });

  it("knows what its nodes name", () => {
    expect(named("dag:a:b")).toBe("a:b");
  });
});
