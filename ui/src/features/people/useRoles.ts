import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

import type { Pair } from "./rights";

export type Role = Schemas["RoleResponse"];

/** The role that may everything: what it may, there is. */
const ALL = "Admin";

export function useRoles() {
  return useQuery({ queryKey: keys.all("users", "roles"), queryFn: () => data(api.GET("/api/tradewind/roles")), select: (answer) => answer.roles });
}

/** The kinds of things that there are rights to. */
export function kindsOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.find(({ name }) => name === ALL)?.permissions.map(({ resource }) => resource))];
}

export const createRole = (body: { name: string; permissions: Pair[] }) => data(api.POST("/api/tradewind/roles", { body }));

export const changeRole = ({ name, permissions }: { name: string; permissions: Pair[] }) =>
  data(api.PATCH("/api/tradewind/roles/{role_name}", { params: { path: { role_name: name } }, body: { permissions } }));

export const deleteRole = (name: string) => data(api.DELETE("/api/tradewind/roles/{role_name}", { params: { path: { role_name: name } } }));
