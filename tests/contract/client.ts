// A client as a dashboard developer would have it: its types are generated from openapi.yaml, so that this file compiles
// only while the contract says what is used here. Prints one JSON line of what it saw.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { argv: string[] };

type Item = components["schemas"]["MatchItem"];
type Problem = components["schemas"]["Problem"];

const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: process.argv[2]! });

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

const listed = await client.GET("/match", {
  params: { query: { niche: "vegan fitness", country: ["US", "GB"], max_followers: 50000, limit: 5, explain: "true" } },
});
const page = must(listed.data, "answer of /match");
const best: Item = must(page.items[0], "item");
const points: number = best.score;
const price: number | null = best.price_usd;

const one = await client.GET("/creators/{id}", { params: { path: { id: best.creator.id } } });
const creator = must(one.data, "creator");
if (!("accounts" in creator)) throw new Error("the whole record, which was not asked for"); // full=true

const wrong = await client.GET("/match", { params: { query: { niche: "qqqq zzzz" } } });
const problem: Problem = must(wrong.error, "problem");

console.log(JSON.stringify({
  items: page.items.length,
  score: points,
  price,
  username: best.creator.username,
  names: creator.accounts.map((account) => account.username),
  status: wrong.response.status,
  code: problem.code,
}));
