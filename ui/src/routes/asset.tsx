import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Crumbs } from "@/components/Crumbs";
import { Page } from "@/components/Page";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { type Tab, Tabs } from "@/components/Tabs";
import { AssetGraph } from "@/features/assets/AssetGraph";
import { AssetActions, AssetSummary } from "@/features/assets/AssetHead";
import { AssetOverview } from "@/features/assets/AssetOverview";
import { Partitions } from "@/features/assets/Partitions";
import { type Asset, useAsset } from "@/features/assets/useAssets";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";

const VIEWS = ["overview", "partitions", "graph"] as const;

/** `/assets/…?view=`: one asset. */
export default function AssetPage() {
  const { t } = useTranslation("assets");
  const { may } = useMe();
  const { assetId } = useParams({ from: "/assets/$assetId" });
  const { data: asset, error, refetch } = useAsset(assetId);
  const tabs: Tab[] = VIEWS.map((view) => ({
    label: t(`views.${view}`),
    link: { to: "/assets/$assetId", params: { assetId }, search: { view: view === "overview" ? undefined : view }, activeOptions: { includeSearch: true, explicitUndefined: true } },
  }));
  const way = [{ label: t("title"), link: { to: "/assets" as const } }];
  if (!may("asset", "read")) {
    return (
      <Page title={t("title")}>
        <Empty title={t("refused.title")}>{t("refused.text")}</Empty>
      </Page>
    );
  }
  return (
    <Page
      title={asset?.name ?? assetId}
      above={<Crumbs way={way} />}
      summary={asset && <AssetSummary asset={asset} />}
      actions={asset && <AssetActions asset={asset} />}
      tabs={<Tabs tabs={tabs} label={t("views.label")} />}
    >
      {blocking(error, asset) ? <Failure error={error} retry={() => void refetch()} /> : asset ? <View asset={asset} /> : <Skeleton lines={8} />}
    </Page>
  );
}

function View({ asset }: { asset: Asset }) {
  const { view } = useSearch({ from: "/assets/$assetId" });
  if (view === "graph") return <AssetGraph root={`asset:${asset.id}`} />;
  if (view === "partitions") return <Partitions assetId={asset.id} />;
  return <AssetOverview asset={asset} />;
}
