import { Copy, Pencil, PlugZap, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { pickColumn } from "@/components/picking";
import { type Column } from "@/components/Table";
import { useMe } from "@/lib/me";

import styles from "./Connections.module.css";
import { type Connection, useTypes } from "./useConnections";

interface RowActions {
  /** Puts the dialog that is wanted into the address. */
  onAsk: (some: Record<string, string>) => void;
  onDelete: (id: string) => void;
}

export const idOf = ({ connection_id }: Connection) => connection_id;

export function useColumns(rows: readonly Connection[], picked: ReadonlySet<string>, onPick: (picked: ReadonlySet<string>) => void, actions: RowActions): Column<Connection>[] {
  const { t } = useTranslation("connections");
  const { may } = useMe();
  const { data: types } = useTypes();
  const labels = new Map(types?.map(({ name, label }) => [name, label]));
  const pick = pickColumn({ rows, rowKey: idOf, picked, onPick, all: t("pickAll"), one: (id) => t("pick", { id }) });
  const teams = rows.some(({ team_name }) => team_name);
  return [
    ...(may("connection", "delete") ? [pick] : []),
    { key: "id", header: t("id"), sort: "connection_id", cell: (one) => <Name connection={one} /> },
    { key: "type", header: t("type"), sort: "conn_type", cell: ({ conn_type }) => <Chip>{labels.get(conn_type) ?? conn_type}</Chip> },
    { key: "host", header: t("host"), sort: "host", wideOnly: true, cell: ({ host }) => <span className={styles.mono}>{host}</span> },
    { key: "port", header: t("port"), sort: "port", wideOnly: true, right: true, cell: ({ port }) => <span className={styles.port}>{port}</span> },
    { key: "schema", header: t("schema"), wideOnly: true, cell: ({ schema }) => schema },
    { key: "login", header: t("login"), wideOnly: true, cell: ({ login }) => login },
    ...(teams ? [{ key: "team", header: t("team"), wideOnly: true, cell: ({ team_name }: Connection) => team_name }] : []),
    { key: "do", header: <span className="visually-hidden">{t("actions")}</span>, width: "9rem", cell: ({ connection_id: id }) => <Actions id={id} {...actions} /> },
  ];
}

function Name({ connection }: { connection: Connection }) {
  return (
    <div className={styles.id}>
      <b>{connection.connection_id}</b>
      {connection.description && <span>{connection.description}</span>}
    </div>
  );
}

function Actions({ id, onAsk, onDelete }: RowActions & { id: string }) {
  const { t } = useTranslation("connections");
  const { may, canTestConnections } = useMe();
  return (
    <div className={styles.actions}>
      {canTestConnections && may("connection", "create") && (
        <IconButton label={t("test", { id })} onClick={() => onAsk({ test: id })}>
          <PlugZap />
        </IconButton>
      )}
      {may("connection", "edit") && (
        <IconButton label={t("edit", { id })} onClick={() => onAsk({ edit: id })}>
          <Pencil />
        </IconButton>
      )}
      {may("connection", "create") && (
        <IconButton label={t("copy", { id })} onClick={() => onAsk({ copy: id })}>
          <Copy />
        </IconButton>
      )}
      {may("connection", "delete") && (
        <IconButton label={t("delete", { id })} onClick={() => onDelete(id)}>
          <Trash2 />
        </IconButton>
      )}
    </div>
  );
}
