import { Pencil, Plus, Trash2, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Dialog";
import { Filters, LateSearch } from "@/components/Filters";
import { Chips } from "@/components/Picks";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asText, type ViewProps } from "@/lib/search";

import { GroupForm } from "./GroupForm";
import styles from "./People.module.css";
import { deleteGroup, type Group, useDeed, useGroups } from "./usePeople";

type Open = { what: "create" } | { what: "edit" | "delete"; group: Group };

/** People who have roles together. */
export default function Groups({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const q = asText(search.q);
  const { data: groups, error, refetch, isPending } = useGroups();
  const [open, setOpen] = useState<Open>();
  const columns = useColumns(setOpen);
  if (blocking(error, groups)) return <Failure error={error} retry={() => void refetch()} />;
  const fits = ({ name, users }: Group) => !q || [name, ...users].some((text) => text.toLowerCase().includes(q.toLowerCase()));
  const shown = (groups ?? []).filter(fits);
  const add = may("user", "create") && (
    <Button small kind="primary" icon={<Plus />} onClick={() => setOpen({ what: "create" })}>
      {t("groups.create")}
    </Button>
  );
  return (
    <>
      <Filters>
        <LateSearch label={t("groups.search")} value={q} onChange={(text) => onSearch({ q: text })} />
      </Filters>
      <Card flush title={t("groups.found", { count: shown.length })} actions={add}>
        <Table
          label={t("groups.label")}
          rows={shown}
          columns={columns}
          rowKey={(group) => group.name}
          loading={isPending}
          empty={<Empty icon={<UsersRound />} title={t(q ? "groups.noneFits" : "groups.none")}>{!q && t("groups.noneText")}</Empty>}
        />
      </Card>
      {open?.what === "create" && <GroupForm onClose={() => setOpen(undefined)} />}
      {open?.what === "edit" && <GroupForm group={open.group} onClose={() => setOpen(undefined)} />}
      {open?.what === "delete" && <Delete group={open.group} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const SHOWN = 8;

function useColumns(onOpen: (open: Open) => void): Column<Group>[] {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const shortened = (users: readonly string[]) => (users.length > SHOWN ? [...users.slice(0, SHOWN), t("groups.more", { count: users.length - SHOWN })] : users);
  return [
    { key: "name", header: t("groups.name"), cell: (group) => <strong>{group.name}</strong> },
    { key: "roles", header: t("users.roles"), cell: (group) => <Chips words={group.roles} /> },
    { key: "count", header: t("groups.members"), right: true, width: "6rem", cell: (group) => <span className="num">{group.users.length}</span> },
    { key: "users", header: t("groups.who"), wideOnly: true, cell: (group) => <Chips words={shortened(group.users)} /> },
    {
      key: "do",
      header: <span className="visually-hidden">{t("actions")}</span>,
      width: "6rem",
      cell: (group) => (
        <div className={styles.deeds}>
          {may("user", "edit") && (
            <IconButton label={t("groups.edit", { name: group.name })} onClick={() => onOpen({ what: "edit", group })}>
              <Pencil />
            </IconButton>
          )}
          {may("user", "delete") && (
            <IconButton label={t("groups.delete", { name: group.name })} onClick={() => onOpen({ what: "delete", group })}>
              <Trash2 />
            </IconButton>
          )}
        </div>
      ),
    },
  ];
}

function Delete({ group: { name }, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const remove = useDeed(deleteGroup);
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("groups.deleted", { name })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("groups.deleteTitle", { name })} description={t("groups.deleteText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}
