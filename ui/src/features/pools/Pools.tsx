import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Bar } from "@/components/Bar";
import { Button } from "@/components/Button";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { TypedSearch } from "@/components/TypedSearch";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asText, type ViewProps } from "@/lib/search";

import { Inside } from "./Inside";
import { PoolCard } from "./PoolCard";
import { PoolDialog } from "./PoolDialog";
import styles from "./Pools.module.css";
import { type Pool, usePools } from "./usePools";

/** The pools: who holds their slots at this moment, and how many there are. */
export default function Pools({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("pools");
  const text = asText(search.q) ?? "";
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = usePools(text);
  const { pools, total } = data ?? { pools: undefined, total: 0 };
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Bar actions={<Add onAdd={() => onSearch({ new: true })} />}>
        <TypedSearch label={t("search")} value={text} onChange={(q) => onSearch({ q: q || undefined })} />
        {pools && <span className="muted">{t("found", { count: total })}</span>}
      </Bar>
      {!pools && <Skeleton lines={8} />}
      {pools?.length === 0 && <Empty title={t("none")} />}
      <div className={styles.cards}>
        {pools?.map((pool) => (
          <PoolCard key={pool.name} pool={pool} onEdit={() => onSearch({ edit: pool.name })} onInside={() => onSearch({ inside: pool.name })} />
        ))}
      </div>
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("more", { ns: "common", count: total - (pools?.length ?? 0) })}
        </Button>
      )}
      {pools && <Asked pools={pools} search={search} onSearch={onSearch} />}
    </>
  );
}

function Add({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation("pools");
  const { may } = useMe();
  if (!may("pool", "create")) return null;
  return (
    <Button kind="primary" icon={<Plus />} onClick={onAdd}>
      {t("add")}
    </Button>
  );
}

/** The dialog that the address names. */
function Asked({ pools, search, onSearch }: ViewProps & { pools: readonly Pool[] }) {
  const { may } = useMe();
  const close = () => onSearch({ edit: undefined, new: undefined, inside: undefined });
  const inside = asText(search.inside);
  const edited = pools.find(({ name }) => name === asText(search.edit));
  if (inside) return <Inside pool={inside} onClose={close} />;
  if (edited && may("pool", "edit")) return <PoolDialog key={edited.name} there={edited} onClose={close} />;
  return search.new === true && may("pool", "create") && <PoolDialog onClose={close} />;
}
