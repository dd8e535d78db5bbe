import { useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";

export type Account = Schemas["ServiceAccountResponse"];
export type Token = Schemas["TokenResponse"];
export type NewToken = Schemas["NewTokenResponse"];

export function useAccounts() {
  return useQuery({ queryKey: keys.all("users", "accounts"), queryFn: () => data(api.GET("/api/tradewind/serviceAccounts")), select: (answer) => answer.service_accounts });
}

export function useTokens() {
  return useQuery({ queryKey: keys.all("users", "tokens"), queryFn: () => data(api.GET("/api/tradewind/tokens")), select: (answer) => answer.tokens });
}

export const createAccount = (body: { name: string; description: string }) => data(api.POST("/api/tradewind/serviceAccounts", { body }));

export const deleteAccount = (name: string) => data(api.DELETE("/api/tradewind/serviceAccounts/{account_name}", { params: { path: { account_name: name } } }));

export const createToken = (body: Schemas["TokenBody"]) => data(api.POST("/api/tradewind/tokens", { body }));

export const revokeToken = (id: number) => data(api.DELETE("/api/tradewind/tokens/{token_id}", { params: { path: { token_id: id } } }));
