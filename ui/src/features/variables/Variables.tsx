import { Download, KeyRound, Pencil, Plus, Trash2, Upload } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Bar } from "@/components/Bar";
import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { pickColumn } from "@/components/picking";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { Tooltip } from "@/components/Tooltip";
import { TypedSearch } from "@/components/TypedSearch";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asOneOf, asText, type ViewProps } from "@/lib/search";

import { DeleteDialog } from "./DeleteDialog";
import { ImportDialog } from "./ImportDialog";
import { MASK } from "./file";
import { useExport } from "./useExport";
import { useVariables, type Variable } from "./useVariables";
import { VariableDialog } from "./VariableDialog";
import styles from "./Variables.module.css";

const ORDERS = ["key", "-key", "description", "-description"] as const;

/** The variables: found, made, changed, deleted, carried from and to files. */
export default function Variables({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("variables");
  const text = asText(search.q) ?? "";
  const order = asOneOf(search.order, ORDERS) ?? "key";
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useVariables(text, order);
  const variables = useMemo(() => data?.pages.flatMap((page) => page.variables) ?? [], [data]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [doomed, setDoomed] = useState<readonly string[]>();
  const columns = useColumns(variables, picked, setPicked, {
    onEdit: (key) => onSearch({ edit: key }),
    onDelete: (key) => setDoomed([key]),
  });
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <Bar actions={<Doings onAdd={() => onSearch({ new: true })} onImport={() => onSearch({ import: true })} />}>
        <TypedSearch label={t("search")} value={text} onChange={(q) => onSearch({ q: q || undefined })} />
      </Bar>
      <Card flush title={t("found", { count: data?.pages[0]?.total_entries ?? 0 })} actions={<Picked picked={picked} onDelete={setDoomed} />}>
        <Table
          label={t("title")}
          rows={variables}
          columns={columns}
          rowKey={keyOf}
          order={order}
          onOrder={(next) => onSearch({ order: next })}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          loading={isPending}
          selected={(variable) => picked.has(variable.key)}
          empty={text ? <Empty title={t("nothing.filtered")} /> : <Empty title={t("nothing.title")}>{t("nothing.text")}</Empty>}
        />
      </Card>
      <Asked search={search} onSearch={onSearch} />
      {doomed && <DeleteDialog names={doomed} onClose={() => setDoomed(undefined)} onDone={() => setPicked(new Set())} />}
    </>
  );
}

/** The dialog that the address names. */
function Asked({ search, onSearch }: ViewProps) {
  const { may } = useMe();
  const close = () => onSearch({ edit: undefined, new: undefined, import: undefined });
  const editing = asText(search.edit);
  if (editing) return may("variable", "edit") && <VariableDialog key={editing} name={editing} onClose={close} />;
  if (!may("variable", "create")) return null;
  if (search.import === true) return <ImportDialog onClose={close} />;
  return search.new === true && <VariableDialog onClose={close} />;
}

const keyOf = ({ key }: Variable) => key;

function Doings({ onAdd, onImport }: { onAdd: () => void; onImport: () => void }) {
  const { t } = useTranslation("variables");
  const { may } = useMe();
  const exporting = useExport();
  return (
    <>
      <Button icon={<Download />} busy={exporting.isPending} onClick={() => exporting.mutate()}>
        {t("export")}
      </Button>
      {may("variable", "create") && (
        <>
          <Button icon={<Upload />} onClick={onImport}>
            {t("import")}
          </Button>
          <Button kind="primary" icon={<Plus />} onClick={onAdd}>
            {t("add")}
          </Button>
        </>
      )}
    </>
  );
}

function Picked({ picked, onDelete }: { picked: ReadonlySet<string>; onDelete: (names: readonly string[]) => void }) {
  const { t } = useTranslation("variables");
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

interface RowActions {
  onEdit: (key: string) => void;
  onDelete: (key: string) => void;
}

function useColumns(rows: readonly Variable[], picked: ReadonlySet<string>, onPick: (picked: ReadonlySet<string>) => void, actions: RowActions): Column<Variable>[] {
  const { t } = useTranslation("variables");
  const { may } = useMe();
  const pick = pickColumn({ rows, rowKey: keyOf, picked, onPick, all: t("pickAll"), one: (key) => t("pick", { key }) });
  const teams = rows.some(({ team_name }) => team_name);
  return [
    ...(may("variable", "delete") ? [pick] : []),
    { key: "key", header: t("key"), sort: "key", cell: ({ key }) => <span className={styles.key}>{key}</span> },
    { key: "value", header: t("value"), cell: (variable) => <Value value={variable.value} /> },
    { key: "about", header: t("about"), sort: "description", wideOnly: true, cell: ({ description }) => <span className={styles.about}>{description}</span> },
    ...(teams ? [{ key: "team", header: t("team"), wideOnly: true, cell: ({ team_name }: Variable) => team_name }] : []),
    { key: "kept", header: t("kept"), wideOnly: true, width: "6rem", cell: ({ is_encrypted }) => <span className="muted">{t(is_encrypted ? "encrypted" : "plain")}</span> },
    { key: "do", header: <span className="visually-hidden">{t("actions")}</span>, width: "6rem", cell: ({ key }) => <Actions name={key} {...actions} /> },
  ];
}

function Value({ value }: { value: string | null }) {
  const { t } = useTranslation("variables");
  if (value !== MASK) return <span className={styles.value}>{value}</span>;
  return (
    <Tooltip text={t("secret")}>
      <span className={styles.secret}>
        <KeyRound aria-hidden />
        {value}
      </span>
    </Tooltip>
  );
}

function Actions({ name, onEdit, onDelete }: RowActions & { name: string }) {
  const { t } = useTranslation("variables");
  const { may } = useMe();
  return (
    <div className={styles.actions}>
      {may("variable", "edit") && (
        <IconButton label={t("edit", { key: name })} onClick={() => onEdit(name)}>
          <Pencil />
        </IconButton>
      )}
      {may("variable", "delete") && (
        <IconButton label={t("delete", { key: name })} onClick={() => onDelete(name)}>
          <Trash2 />
        </IconButton>
      )}
    </div>
  );
}
