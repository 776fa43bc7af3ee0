"use strict";

export function price(cents) {
  return (cents / 100).toFixed(2);
}

export async function stock(articles) {
  const answers = await Promise.all(
    articles.map((article) => fetch(`/stock/${encodeURIComponent(article)}`)),
  );
  return Promise.all(answers.map((answer) => answer.json()));
}
