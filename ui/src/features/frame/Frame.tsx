import { Link, type LinkProps, useRouterState } from "@tanstack/react-router";
import { BookOpen, Boxes, ChevronsLeft, ChevronsRight, CircleHelp, House, Menu as MenuIcon, Search, Settings, Workflow, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/Button";
import { Tooltip } from "@/components/Tooltip";
import { prefix } from "@/lib/address";
import { cx } from "@/lib/format";
import { useMe } from "@/lib/me";
import { usePreferences } from "@/lib/preferences";

import styles from "./Frame.module.css";
import { Person } from "./Person";

interface FrameProps {
  children: ReactNode;
  /** Opens the command palette. */
  onSearch: () => void;
  /** False while the server cannot be heard. */
  live: boolean;
  /** How many answers people are waited for. */
  waiting?: number | undefined;
}

/** What stands around every page: navigation, search, the person. */
export function Frame({ children, onSearch, live, waiting }: FrameProps) {
  const { t } = useTranslation("frame");
  const { narrow } = usePreferences();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [openAt, setOpenAt] = useState<string>(); // on the page on which it was opened, and no other
  const open = openAt === path;
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [path]);
  return (
    <div className={cx(styles.frame, narrow && styles.narrow)}>
      <a href="#content" className={styles.skip}>
        {t("skip")}
      </a>
      <header className={styles.bar}>
        <IconButton label={t("menu")} aria-expanded={open} onClick={() => setOpenAt(open ? undefined : path)}>
          {open ? <X /> : <MenuIcon />}
        </IconButton>
        <Brand />
        <IconButton label={t("palette.open")} onClick={onSearch}>
          <Search />
        </IconButton>
      </header>
      <aside className={cx(styles.side, open && styles.open)}>
        <div className={styles.brandRow}>
          <Brand />
        </div>
        <button type="button" className={styles.search} onClick={onSearch}>
          <Search aria-hidden />
          <span>{t("palette.open")}</span>
          <kbd aria-hidden>Ctrl K</kbd>
        </button>
        <Navigation waiting={waiting} />
        <Person />
        <Narrow />
      </aside>
      <main id="content" ref={main} className={styles.main} tabIndex={-1}>
        {!live && (
          <div role="status" className={styles.offline}>
            {t("live.off")}
          </div>
        )}
        {children}
      </main>
    </div>
  );
}

function Brand() {
  const { instance } = useMe();
  return (
    <Link to="/" className={styles.brand} aria-label={instance}>
      <img src={`${prefix()}/icon.svg`} alt="" width="28" height="28" />
      <span>{instance}</span>
    </Link>
  );
}

function Navigation({ waiting }: { waiting?: number | undefined }) {
  const { t } = useTranslation("frame");
  const { may, docs } = useMe();
  const entries: { icon: ReactNode; label: string; link: LinkProps; count?: number | undefined; shown?: boolean }[] = [
    { icon: <House />, label: t("home"), link: { to: "/", activeOptions: { exact: true } } },
    { icon: <Workflow />, label: t("dags"), link: { to: "/dags" } },
    { icon: <Boxes />, label: t("assets"), link: { to: "/assets" }, shown: may("asset", "read") },
    { icon: <CircleHelp />, label: t("actions"), link: { to: "/actions" }, count: waiting },
    { icon: <Settings />, label: t("admin"), link: { to: "/admin" } },
  ];
  return (
    <nav aria-label={t("navigation")} className={styles.nav}>
      {entries
        .filter(({ shown }) => shown !== false)
        .map(({ icon, label, link, count }) => (
          <Entry key={label} label={label}>
            <Link {...link} className={styles.entry} activeProps={{ "aria-current": "page" }}>
              {icon}
              <span>{label}</span>
              {count ? <b className={styles.count}>{count}</b> : null}
            </Link>
          </Entry>
        ))}
      {docs && (
        <Entry label={t("docs")}>
          <a href={`${prefix()}/docs`} className={styles.entry}>
            <BookOpen />
            <span>{t("docs")}</span>
          </a>
        </Entry>
      )}
    </nav>
  );
}

/** While the navigation is narrow, its pictures have their names beside them on demand. */
function Entry({ label, children }: { label: string; children: React.ReactElement }) {
  const { narrow } = usePreferences();
  return narrow ? (
    <Tooltip text={label} side="right">
      {children}
    </Tooltip>
  ) : (
    children
  );
}

function Narrow() {
  const { t } = useTranslation("frame");
  const { narrow, change } = usePreferences();
  return (
    <button type="button" className={cx(styles.entry, styles.fold)} aria-label={narrow ? t("widen") : t("narrow")} onClick={() => change({ narrow: !narrow })}>
      {narrow ? <ChevronsRight /> : <ChevronsLeft />}
      <span>{t("narrow")}</span>
    </button>
  );
}
