import { KeyRound, Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Confirm } from "@/components/Dialog";
import { Switch } from "@/components/Fields";
import { Filters, LateSearch } from "@/components/Filters";
import { Chips } from "@/components/Picks";
import { Empty, Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asText, type ViewProps } from "@/lib/search";

import styles from "./People.module.css";
import { changeUser, deleteUser, useDeed, useGroups, type User, useUsers } from "./usePeople";
import { UserForm } from "./UserForm";
import { PasswordForm } from "./PasswordForm";

type Open = { what: "create" } | { what: "edit" | "password" | "delete" | "deactivate"; user: User };

/** Who may log in: their roles, and what can be done about them. */
export default function Users({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const q = asText(search.q);
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useUsers(q);
  const users = useMemo(() => data?.pages.flatMap((page) => page.users) ?? [], [data]);
  const [open, setOpen] = useState<Open>();
  const columns = useColumns(setOpen);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  const add = may("user", "create") && (
    <Button small kind="primary" icon={<Plus />} onClick={() => setOpen({ what: "create" })}>
      {t("users.create")}
    </Button>
  );
  return (
    <>
      <Filters>
        <LateSearch label={t("users.search")} value={q} onChange={(text) => onSearch({ q: text })} />
      </Filters>
      <Card flush title={t("users.found", { count: data?.pages[0]?.total_entries ?? 0 })} actions={add}>
        <Table
          label={t("users.label")}
          rows={users}
          columns={columns}
          rowKey={(user) => user.username}
          loading={isPending}
          onEnd={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          empty={<Empty title={t(q ? "users.noneFits" : "users.none")} />}
        />
      </Card>
      {open && <Dialogs key={open.what} open={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function useColumns(onOpen: (open: Open) => void): Column<User>[] {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const { data: groups } = useGroups();
  const groupsOf = (name: string) => (groups ?? []).filter(({ users }) => users.includes(name)).map((group) => group.name);
  return [
    { key: "user", header: t("users.name"), cell: (user) => <Who user={user} /> },
    { key: "roles", header: t("users.roles"), cell: (user) => <Chips words={user.roles} /> },
    { key: "groups", header: t("users.groups"), wideOnly: true, cell: (user) => <Chips words={groupsOf(user.username)} /> },
    { key: "source", header: t("users.source"), wideOnly: true, cell: (user) => t(`source.${user.source}`, { defaultValue: user.source }) },
    { key: "login", header: t("users.lastLogin"), wideOnly: true, cell: (user) => <LastLogin user={user} /> },
    { key: "active", header: t("users.active"), width: "5rem", cell: (user) => <Active user={user} onDeactivate={() => onOpen({ what: "deactivate", user })} /> },
    ...(may("user", "edit") || may("user", "delete")
      ? [{ key: "do", header: <span className="visually-hidden">{t("actions")}</span>, width: "8rem", cell: (user: User) => <Deeds user={user} onOpen={onOpen} /> }]
      : []),
  ];
}

/** The server does not note when the configuration's people log in. */
function LastLogin({ user }: { user: User }) {
  const { t } = useTranslation("people");
  if (user.last_login || fixed(user)) return <When at={user.last_login} ago />;
  return <span className="muted">{t("users.never")}</span>;
}

function Who({ user }: { user: User }) {
  const about = [[user.first_name, user.last_name].filter(Boolean).join(" "), user.email].filter(Boolean).join(" · ");
  return (
    <div className={styles.who}>
      <strong>{user.username}</strong>
      {about && <span className={styles.about}>{about}</span>}
    </div>
  );
}

/** The configuration's people are changed in the configuration. */
const fixed = (user: User) => user.source === "configuration";

function Active({ user, onDeactivate }: { user: User; onDeactivate: () => void }) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const say = useSay();
  const change = useDeed(changeUser);
  if (fixed(user) || !may("user", "edit")) return user.active ? <Chip>{t("yes", { ns: "common" })}</Chip> : <Chip tone="warning">{t("no", { ns: "common" })}</Chip>;
  const activate = () => change.mutate({ username: user.username, change: { active: true } }, { onSuccess: () => say.done(t("users.activated", { name: user.username })), onError: say.failed });
  return <Switch label={t("users.isActive", { name: user.username })} on={user.active} disabled={change.isPending} onChange={(on) => (on ? activate() : onDeactivate())} />;
}

function Deeds({ user, onOpen }: { user: User; onOpen: (open: Open) => void }) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const name = user.username;
  if (fixed(user)) return null;
  return (
    <div className={styles.deeds}>
      {may("user", "edit") && (
        <IconButton label={t("users.edit", { name })} onClick={() => onOpen({ what: "edit", user })}>
          <Pencil />
        </IconButton>
      )}
      {may("user", "edit") && user.source === "database" && (
        <IconButton label={t("users.password", { name })} onClick={() => onOpen({ what: "password", user })}>
          <KeyRound />
        </IconButton>
      )}
      {may("user", "delete") && (
        <IconButton label={t("users.delete", { name })} onClick={() => onOpen({ what: "delete", user })}>
          <Trash2 />
        </IconButton>
      )}
    </div>
  );
}

function Dialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  if (open.what === "create") return <UserForm onClose={onClose} />;
  if (open.what === "edit") return <UserForm user={open.user} onClose={onClose} />;
  if (open.what === "password") return <PasswordForm user={open.user} onClose={onClose} />;
  return open.what === "delete" ? <Delete user={open.user} onClose={onClose} /> : <Deactivate user={open.user} onClose={onClose} />;
}

function Delete({ user: { username: name, source }, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const remove = useDeed(deleteUser);
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("users.deleted", { name })), onError: say.failed, onSettled: onClose });
  const text = t(source === "database" ? "users.deleteText" : "users.deleteTextElsewhere", { source: t(`source.${source}`, { defaultValue: source }) });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("users.deleteTitle", { name })} description={text} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}

function Deactivate({ user: { username: name }, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const change = useDeed(changeUser);
  const go = () => change.mutate({ username: name, change: { active: false } }, { onSuccess: () => say.done(t("users.deactivated", { name })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("users.deactivateTitle", { name })} description={t("users.deactivateText")} verb={t("users.deactivate")} dangerous busy={change.isPending} />;
}
