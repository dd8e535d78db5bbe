import { CalendarPlus, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { Copy } from "@/components/Copy";
import { When } from "@/components/When";
import { OnDag, useMe } from "@/lib/me";

import { EventDialog } from "./EventDialog";
import { MaterializeDialog } from "./MaterializeDialog";
import { type Asset } from "./useAssets";

/** An asset in one line. */
export function AssetSummary({ asset }: { asset: Asset }) {
  const { t } = useTranslation("assets");
  return (
    <>
      <code>{asset.uri}</code>
      <Copy text={asset.uri} label={t("copyUri")} />
      <Chip>{asset.group}</Chip>
      <span>
        {asset.last_asset_event?.timestamp ? (
          <>
            {t("updated")} <When at={asset.last_asset_event.timestamp} ago />
          </>
        ) : (
          t("neverUpdated")
        )}
      </span>
    </>
  );
}

/** What can be done with an asset: have it made, or say that it was. */
export function AssetActions({ asset }: { asset: Asset }) {
  const { t } = useTranslation("assets");
  const { may } = useMe();
  const [open, setOpen] = useState<"materialize" | "event">();
  const close = () => setOpen(undefined);
  return (
    <>
      {may("asset", "create") && (
        <Button icon={<CalendarPlus />} onClick={() => setOpen("event")}>
          {t("event.button")}
        </Button>
      )}
      <Materialize asset={asset} onOpen={() => setOpen("materialize")} />
      {open === "event" && <EventDialog asset={asset} onClose={close} />}
      {open === "materialize" && <MaterializeDialog asset={asset} onClose={close} />}
    </>
  );
}

interface MaterializeProps {
  asset: Asset;
  onOpen: () => void;
}

/** Offered to who may run the DAG that makes it; of several, to who may run any DAG. */
function Materialize({ asset, onOpen }: MaterializeProps) {
  const makers = [...new Set(asset.producing_tasks.map((task) => task.dag_id))];
  const [first, second] = makers;
  if (first === undefined) return null;
  const button = <MaterializeButton onOpen={onOpen} />;
  return second === undefined ? <OnDag dagId={first}>{button}</OnDag> : button;
}

function MaterializeButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("assets");
  const { may } = useMe();
  if (!may("run", "create")) return null;
  return (
    <Button kind="primary" icon={<Play />} onClick={onOpen}>
      {t("materialize.button")}
    </Button>
  );
}
