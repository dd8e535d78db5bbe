import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Bar } from "@/components/Bar";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { Empty, Failure } from "@/components/Say";
import { Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { TypedSearch } from "@/components/TypedSearch";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asOneOf, asText, type ViewProps } from "@/lib/search";

import { ConnectionDialog } from "./ConnectionDialog";
import { DeleteDialog } from "./DeleteDialog";
import { TestDialog } from "./TestDialog";
import { idOf, useColumns } from "./useColumns";
import { useConnections, useDefaults } from "./useConnections";

const ORDERS = ["connection_id", "conn_type", "host", "port", "description"].flatMap((name) => [name, `-${name}`]);

/** The connections: found, made, changed, copied, tried out, deleted. */
export default function Connections({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("connections");
  const text = asText(search.q) ?? "";
  const order = asOneOf(search.order, ORDERS) ?? "connection_id";
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useConnections(text, order);
  const connections = data?.connections ?? [];
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [doomed, setDoomed] = useState<readonly string[]>();
  const columns = useColumns(connections, picked, setPicked, { onAsk: onSearch, onDelete: (id) => setDoomed([id]) });
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Bar actions={<Add onAdd={() => onSearch({ new: true })} />}>
        <TypedSearch label={t("search")} value={text} onChange={(q) => onSearch({ q: q || undefined })} />
      </Bar>
      <Card flush title={t("found", { count: data?.total ?? 0 })} actions={<Picked picked={picked} onDelete={setDoomed} />}>
        <Table
          label={t("title")}
          rows={connections}
          columns={columns}
          rowKey={idOf}
          order={order}
          onOrder={(next) => onSearch({ order: next })}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          selected={(connection) => picked.has(connection.connection_id)}
          empty={text ? <Empty title={t("nothing.filtered")} /> : <None />}
        />
      </Card>
      <Asked search={search} onSearch={onSearch} />
      {doomed && <DeleteDialog ids={doomed} onClose={() => setDoomed(undefined)} onDone={() => setPicked(new Set())} />}
    </>
  );
}

/** The dialog that the address names. */
function Asked({ search, onSearch }: ViewProps) {
  const { may, canTestConnections } = useMe();
  const close = () => onSearch({ edit: undefined, copy: undefined, test: undefined, new: undefined });
  const edited = asText(search.edit);
  const copied = asText(search.copy);
  const tried = asText(search.test);
  if (edited) return may("connection", "edit") && <ConnectionDialog key={edited} name={edited} onClose={close} />;
  if (tried) return canTestConnections && may("connection", "create") && <TestDialog key={tried} name={tried} onClose={close} />;
  if (!may("connection", "create")) return null;
  if (copied) return <ConnectionDialog key={`copy of ${copied}`} name={copied} copy onClose={close} />;
  return search.new === true && <ConnectionDialog onClose={close} />;
}

function Add({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation("connections");
  const { may } = useMe();
  if (!may("connection", "create")) return null;
  return (
    <Button kind="primary" icon={<Plus />} onClick={onAdd}>
      {t("add")}
    </Button>
  );
}

function None() {
  const { t } = useTranslation("connections");
  const { may } = useMe();
  const say = useSay();
  const defaults = useDefaults();
  return (
    <Empty title={t("nothing.title")}>
      <p>{t("nothing.text")}</p>
      {may("connection", "create") && (
        <Button busy={defaults.isPending} onClick={() => defaults.mutate(undefined, { onSuccess: () => say.done(t("defaultsDone")), onError: say.failed })}>
          {t("nothing.defaults")}
        </Button>
      )}
    </Empty>
  );
}

function Picked({ picked, onDelete }: { picked: ReadonlySet<string>; onDelete: (ids: readonly string[]) => void }) {
  const { t } = useTranslation("connections");
  if (picked.size === 0) return null;
  return (
    <>
      <span className="muted">{t("picked", { count: picked.size })}</span>
      <Button small kind="danger" icon={<Trash2 />} onClick={() => onDelete([...picked])}>
        {t("delete", { ns: "common" })}
      </Button>
    </>
  );
}
