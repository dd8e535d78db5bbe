import { Link } from "@tanstack/react-router";
import { type Node, type NodeProps, ReactFlowProvider } from "@xyflow/react";
import { useQuery } from "@tanstack/react-query";
import { Database, Network } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { asLine, Diagram, Ends, useIntoView } from "@/components/Diagram";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { cx } from "@/lib/format";
import { type Layout, layout, MOST_FOR_ELK, warm, widthFor } from "@/lib/layered";

import { type AssetGraphData, type GraphNodeData, lines, matching, named } from "./around";
import { NoAssets } from "./AssetList";
import styles from "./assets.module.css";
import { useAssetGraph } from "./useAssets";

interface AssetGraphProps {
  /** Only what hangs together with this node. */
  root?: string;
  q?: string;
}

/** Which DAGs make which assets, and which DAGs these start. */
export function AssetGraph({ root, q = "" }: AssetGraphProps) {
  const { t } = useTranslation("assets");
  useEffect(warm, []);
  const { data, error, refetch } = useAssetGraph(root);
  const shown = useMemo(() => data && matching(data, q), [data, q]);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data || !shown) return <Skeleton lines={10} />;
  if (data.nodes.length === 0) return root ? <Empty title={t("graph.alone")} /> : <NoAssets />;
  if (shown.nodes.length === 0) return <Empty title={t("nothing", { q })} />;
  return (
    <>
      <p className={styles.legend}>
        <span>{t("graph.legend")}</span>
        <span>
          <i /> {t("graph.solid")}
        </span>
        <span>
          <i data-dashes /> {t("graph.dashes")}
        </span>
        {shown.nodes.length > MOST_FOR_ELK && <span>{t("graph.plain", { count: shown.nodes.length })}</span>}
      </p>
      <ReactFlowProvider>
        <Drawn graph={shown} root={root} />
      </ReactFlowProvider>
    </>
  );
}

type Box = Node<{ one: GraphNodeData; root: boolean }>;
const NODES = { box: BoxNode };

function Drawn({ graph, root }: { graph: AssetGraphData; root: string | undefined }) {
  const { t } = useTranslation("assets");
  const edges = useMemo(() => lines(graph.edges).map((edge) => ({ ...edge, label: null })), [graph]);
  const { data: laid, error } = useQuery({
    queryKey: ["layout", "assets", graph.nodes.map((node) => node.id), edges.map((edge) => edge.id)],
    queryFn: () => layout(graph.nodes.map((node) => ({ id: node.id, parent: null, width: widthFor(longest(node)), open: false })), edges, "LR"),
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: (before) => before,
  });
  const drawnEdges = useMemo(() => (laid ? edges.map((edge) => asLine({ ...edge, looks: edge.kind === "inlet" ? ["dashes"] : [] }, laid)) : []), [edges, laid]);
  const nodes = useMemo(() => (laid ? boxes(graph.nodes, laid, root) : []), [graph, laid, root]);
  if (error) return <Failure error={error} />;
  return (
    <div className={styles.frame}>
      {laid ? (
        <Diagram nodes={nodes} edges={drawnEdges} nodeTypes={NODES} layout={laid} label={t("graph.label")} chosen={root} colour={({ data }) => (data.one.type === "asset" ? "var(--accent)" : "var(--line-strong)")} />
      ) : (
        <Skeleton lines={8} />
      )}
    </div>
  );
}

/** The longer of the two lines of its box. */
function longest({ label, uri }: GraphNodeData): string {
  return uri && uri.length > label.length ? uri : label;
}

function boxes(nodes: readonly GraphNodeData[], laid: Layout, root: string | undefined): Box[] {
  return nodes.flatMap((one): Box[] => {
    const box = laid.boxes.get(one.id);
    if (!box) return [];
    return [{ id: one.id, type: "box", position: { x: box.x, y: box.y }, width: box.width, height: box.height, zIndex: 1000, data: { one, root: one.id === root } }];
  });
}

/** An asset or a DAG: a link to it. */
function BoxNode({ id, data: { one, root } }: NodeProps<Box>) {
  const { t } = useTranslation("assets");
  const into = useIntoView();
  const asset = one.type === "asset";
  const look = { className: cx(styles.box, asset && styles.ofAsset, root && styles.root), title: one.uri ?? one.label, onFocus: into(id) };
  const inside = (
    <>
      <span className={styles.icon}>{asset ? <Database aria-hidden /> : <Network aria-hidden />}</span>
      <span className={styles.words}>
        <span className={styles.label}>{one.label}</span>
        <span className={styles.kind}>{asset ? (one.uri !== one.label && one.uri) || t("graph.asset") : "DAG"}</span>
      </span>
    </>
  );
  return (
    <>
      <Ends direction="LR" />
      {asset ? (
        <Link to="/assets/$assetId" params={{ assetId: named(id) }} {...look}>
          {inside}
        </Link>
      ) : (
        <Link to="/dags/$dagId" params={{ dagId: named(id) }} {...look}>
          {inside}
        </Link>
      )}
    </>
  );
}
