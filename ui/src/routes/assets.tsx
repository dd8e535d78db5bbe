import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { Empty } from "@/components/Say";
import { type Tab, Tabs } from "@/components/Tabs";
import { TypedSearch } from "@/components/TypedSearch";
import { AssetGraph } from "@/features/assets/AssetGraph";
import { AssetList } from "@/features/assets/AssetList";
import { ORDERS } from "@/features/assets/useAssets";
import { useMe } from "@/lib/me";
import { asOneOf, asText } from "@/lib/search";

import styles from "./dags.module.css";

/** `/assets?q=&view=graph`: all assets, as a list or as the graph that they make with DAGs. */
export default function AssetsPage() {
  const { t } = useTranslation("assets");
  const { may } = useMe();
  const search = useSearch({ from: "/assets" });
  const navigate = useNavigate({ from: "/assets" });
  const change = (some: Record<string, unknown>) => void navigate({ search: (old) => ({ ...old, ...some }), replace: true });
  const q = asText(search.q) ?? "";
  const tabs: Tab[] = (["list", "graph"] as const).map((view) => ({
    label: t(`views.${view}`),
    link: { to: "/assets", search: { q: q || undefined, view: view === "list" ? undefined : view }, activeOptions: { includeSearch: true, explicitUndefined: true } },
  }));
  if (!may("asset", "read")) {
    return (
      <Page title={t("title")}>
        <Empty title={t("refused.title")}>{t("refused.text")}</Empty>
      </Page>
    );
  }
  return (
    <Page title={t("title")} tabs={<Tabs tabs={tabs} label={t("views.label")} />}>
      <div className={styles.filters}>
        <TypedSearch label={t("search")} value={q} onChange={(text) => change({ q: text || undefined })} className={styles.search} />
      </div>
      {search.view === "graph" ? <AssetGraph q={q} /> : <AssetList q={q} order={asOneOf(search.order, ORDERS) ?? "name"} onOrder={(order) => change({ order })} />}
    </Page>
  );
}
