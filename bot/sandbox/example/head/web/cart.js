"use strict";

export function price(cents) {
  return (cents / 100).toFixed(2);
}

export async function stock(articles) {
  const found = [];
  for (const article of articles) {
    const answer = await fetch(`/stock/${encodeURIComponent(article)}`);
    found.push(await answer.json());
  }
  return found;
}

export function greet(element) {
  const name = new URLSearchParams(location.search).get("name");
  element.innerHTML = "Welcome back, " + name;
}
