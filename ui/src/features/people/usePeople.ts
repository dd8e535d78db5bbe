import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

export type User = Schemas["UserResponse"];
export type NewUser = Schemas["UserBody"];
export type UserChange = Schemas["UserPatchBody"];
export type Group = Schemas["GroupResponse"];

const PAGE = 100;

/** Users by name, a hundred at a time: those in whose names or address the text is. */
export function useUsers(search: string | undefined) {
  return useInfiniteQuery({
    queryKey: keys.all("users", "list", search),
    initialPageParam: 0,
    queryFn: ({ pageParam }) => data(api.GET("/api/tradewind/users", { params: { query: { limit: PAGE, offset: pageParam, ...(search ? { search } : {}) } } })),
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total_entries ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  });
}

export function useGroups() {
  return useQuery({ queryKey: keys.all("users", "groups"), queryFn: () => data(api.GET("/api/tradewind/groups")), select: (answer) => answer.groups });
}

/** The names of all roles, the built-in ones first; none for who may not read them. */
export function useRoleNames(): readonly string[] {
  const { may } = useMe();
  const { data: names } = useQuery({
    queryKey: keys.all("users", "roles"),
    queryFn: () => data(api.GET("/api/tradewind/roles")),
    select: (answer) => answer.roles.map(({ name }) => name),
    enabled: may("role", "read"),
  });
  return names ?? [];
}

/** A change to people, after which all that is shown of them is asked again. */
export function useDeed<Given, Answer>(work: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: work, onSettled: () => client.invalidateQueries({ queryKey: keys.all("users") }) });
}

export const createUser = (body: NewUser) => data(api.POST("/api/tradewind/users", { body }));

export const changeUser = ({ username, change }: { username: string; change: UserChange }) =>
  data(api.PATCH("/api/tradewind/users/{username}", { params: { path: { username } }, body: change }));

export const deleteUser = (username: string) => data(api.DELETE("/api/tradewind/users/{username}", { params: { path: { username } } }));

export const createGroup = (body: Schemas["GroupBody"]) => data(api.POST("/api/tradewind/groups", { body }));

export const changeGroup = ({ name, ...body }: Group) => data(api.PATCH("/api/tradewind/groups/{group_name}", { params: { path: { group_name: name } }, body }));

export const deleteGroup = (name: string) => data(api.DELETE("/api/tradewind/groups/{group_name}", { params: { path: { group_name: name } } }));
