// A trader's session with the npm package `@alpacahq/alpaca-trade-api`, which is not ours.
//
// Where the venue is comes by the environment; each thing done or heard is printed as one
// line of JSON. The SDK knows its hosts by heart, so its own `fetchApi` option leads them here.

"use strict";

const { Alpaca, TimeFrame } = require("@alpacahq/alpaca-trade-api");

const PATIENCE = 60_000;
const AGAIN_AFTER = 500;
const UNKNOWN = "00000000-0000-0000-0000-000000000000";
const {
  APCA_API_KEY_ID: KEY,
  APCA_API_SECRET_KEY: SECRET,
  APCA_API_BASE_URL: TRADING_URL,
  APCA_API_DATA_URL: DATA_URL,
  APCA_API_STREAM_URL: STREAM_URL,
  VENUE_CONTROL_URL: CONTROL_URL,
} = process.env;

const say = (step, seen = {}) => console.log(JSON.stringify({ step, ...seen }));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(look, what) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await pause(20);
  }
  throw new Error(`waited ${PATIENCE} ms for ${what}`);
}

async function control(knob, body) {
  const answer = await fetch(`${CONTROL_URL}/${knob}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${knob}: ${await answer.text()}`);
}

async function refused(act) {
  try {
    await act();
    return null;
  } catch (error) {
    return { type: error.name, status: error.status, code: error.code, message: error.message };
  }
}

const alpaca = new Alpaca({
  keyId: KEY,
  secret: SECRET,
  retry: false,
  rateLimit: false,
  fetchApi: (url, init) => {
    const to = new URL(url);
    const base = to.hostname.startsWith("data.") ? DATA_URL : TRADING_URL;
    return fetch(base + to.pathname + to.search, init);
  },
});
const { trading, marketData } = alpaca;

// Everything the streams have told, by kind.
const heard = {};
const keep = (kind) => (message) => (heard[kind] ??= []).push(message);

async function hearing(kind, act = async () => {}) {
  let actedAt = 0;
  await until(async () => {
    if (!heard[kind] && Date.now() - actedAt > AGAIN_AFTER) {
      actedAt = Date.now();
      await act();
    }
    return heard[kind];
  }, kind);
  say(`stream.${kind}`, heard[kind].at(-1));
}

const streams = [];

function open(stream, subscribe) {
  stream.onError((error) => say("stream.error", { error: String(error) }));
  stream.onConnect(() => subscribe(stream));
  stream.connect();
  streams.push(stream);
}

async function follow() {
  const stocks = marketData.stockStream({ url: `${STREAM_URL}/v2/iex` });
  stocks.onTrade(keep("trades")).onQuote(keep("quotes")).onBar(keep("bars"));
  stocks.onUpdatedBar(keep("updated_bars")).onDailyBar(keep("daily_bars"));
  stocks.onStatus(keep("statuses")).onLuld(keep("lulds")).onImbalance(keep("imbalances"));
  stocks.onCorrection(keep("corrections")).onCancelError(keep("cancel_errors"));
  open(stocks, (stream) => {
    for (const name of ["Trades", "Quotes", "Statuses", "Lulds", "Imbalances"])
      stream[`subscribeFor${name}`](["AAPL"]);
    for (const name of ["Bars", "UpdatedBars", "DailyBars"]) stream[`subscribeFor${name}`](["*"]);
  });
  const coins = marketData.cryptoStream({ url: `${STREAM_URL}/v1beta3/crypto/us` });
  coins.onTrade(keep("crypto_trades")).onQuote(keep("crypto_quotes"));
  coins.onOrderbook(keep("crypto_orderbooks")).onBar(keep("crypto_bars"));
  open(coins, (stream) => {
    for (const name of ["Trades", "Quotes", "Orderbooks", "Bars"])
      stream[`subscribeFor${name}`](["BTC/USD"]);
  });
  const headlines = marketData.newsStream({ url: `${STREAM_URL}/v1beta1/news` });
  headlines.onNews(keep("news"));
  open(headlines, (stream) => stream.subscribeForNews(["*"]));
  const contracts = (await trading.assets.getOptionsContracts({ underlyingSymbols: "AAPL", limit: 40 }))
    .optionContracts;
  say("contracts", { count: contracts.length, first: contracts[0].symbol, strike: contracts[0].strikePrice });
  const options = marketData.optionStream({ url: `${STREAM_URL}/v1beta1/indicative` });
  options.onQuote(keep("option_quotes"));
  open(options, (stream) => stream.subscribeForQuotes(contracts.map((each) => each.symbol)));
  const updates = trading.stream({ url: `${STREAM_URL}/stream` });
  updates.onTradeUpdate(keep("trade_update"));
  open(updates, (stream) => stream.subscribeTradeUpdates());
  await hearing("trade_update", () => trading.orders.market({ symbol: "INTC", qty: 1, side: "buy" }));
}

async function lookAround() {
  say("account", await trading.account.getAccount());
  say("check", { ok: (await trading.validateConnection()).ok });
  say("clock", await trading.clock.legacyClock());
  say("clock.v3", await trading.clock.clock({ markets: "NYSE" }));
  const range = { start: new Date("2025-11-24"), end: new Date("2025-11-28") };
  const days = await trading.calendar.legacyCalendar(range);
  say("calendar", { days: days.map((day) => [day.date.toISOString().slice(0, 10), day.close]) });
  say("calendar.v3", { days: (await trading.calendar.calendar({ market: "NYSE", ...range })).calendar.length });
  const assets = await trading.assets.getV2Assets({ status: "active", assetClass: "us_equity" });
  say("assets", { symbols: assets.map((asset) => asset.symbol) });
  say("asset", await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "AAPL" }));
  say("asset.coin", await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "BTC/USD" }));
  say("asset.unknown", {
    error: await refused(() => trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "NOSUCH" })),
  });
  const lists = trading.watchlists;
  const made = await lists.postWatchlist({ createWatchlistRequest: { name: "Tech", symbols: ["AAPL"] } });
  const added = await lists.addAssetToWatchlist({
    watchlistId: made.id,
    addAssetToWatchlistRequest: { symbol: "MSFT" },
  });
  await lists.removeAssetFromWatchlist({ watchlistId: made.id, symbol: "AAPL" });
  const kept = await lists.getWatchlistByName({ name: "Tech" });
  await lists.deleteWatchlistById({ watchlistId: made.id });
  const symbols = (list) => list.assets.map((asset) => asset.symbol);
  say("watchlist", { added: symbols(added), kept: symbols(kept), left: await lists.getWatchlists() });
}

async function setAccount() {
  const patch = (suspendTrade) =>
    trading.accountConfigurations.patchAccountConfig({ accountConfigurations: { suspendTrade } });
  const suspended = (await patch(true)).suspendTrade;
  const error = await refused(() => trading.orders.market({ symbol: "KO", qty: 1, side: "buy" }));
  await patch(false);
  const now = (await trading.accountConfigurations.getAccountConfig()).suspendTrade;
  say("configurations", { suspended, error, now });
}

async function placed(step, kind, ticket) {
  const order = await trading.orders[kind](ticket);
  say(step, order);
  return order;
}

const reached = (order, status) =>
  until(async () => {
    const now = await trading.orders.getOrderByOrderID({ orderId: order.id });
    return now.status === status ? now : null;
  }, `${order.id} to be ${status}`);

async function canceled(order) {
  await trading.orders.deleteOrderByOrderID({ orderId: order.id });
  return reached(order, "canceled");
}

const EXIT = { symbol: "AAPL", qty: 1, side: "sell" };
const RESTING = {
  stop: ["stop", { ...EXIT, stopPrice: "2.5" }],
  stop_limit: ["stopLimit", { ...EXIT, stopPrice: 2.5, limitPrice: 2 }],
  trailing_percent: ["trailingStop", { ...EXIT, trailPercent: 50 }],
  trailing_price: ["trailingStop", { ...EXIT, trailPrice: 50, timeInForce: "gtc" }],
  opg: ["limit", { ...EXIT, limitPrice: 9000, timeInForce: "opg" }],
  cls: ["market", { ...EXIT, timeInForce: "cls" }],
  extended: ["limit", { ...EXIT, limitPrice: 9000, extendedHours: true }],
};

async function tradePlainly() {
  const bought = await placed("market", "market", { ...EXIT, qty: 10, side: "buy", clientOrderId: "js-1" });
  say("market.filled", await reached(bought, "filled"));
  const parts = await placed("notional", "market", { symbol: "MSFT", notional: 500.55, side: "buy" });
  say("notional.filled", await reached(parts, "filled"));
  const bid = { symbol: "KO", qty: 7, side: "buy", limitPrice: "1.25" };
  const limit = await placed("limit", "limit", { ...bid, timeInForce: "gtc" });
  await reached(limit, "new");
  const other = await trading.orders.patchOrderByOrderId({
    orderId: limit.id,
    patchOrderRequest: { qty: "8", limitPrice: "1.3", clientOrderId: "js-2" },
  });
  say("replace", { old: limit.id, ...other });
  say("by_client_order_id", await trading.orders.getOrderByClientOrderId({ clientOrderId: "js-2" }));
  await reached(other, "new");
  say("cancel", await canceled(other));
  say("cancel.again", {
    error: await refused(() => trading.orders.deleteOrderByOrderID({ orderId: other.id })),
  });
  for (const [step, [kind, ticket]] of Object.entries(RESTING)) await canceled(await placed(step, kind, ticket));
  for (const timeInForce of ["ioc", "fok"])
    await reached(await placed(timeInForce, "limit", { ...bid, timeInForce }), "canceled");
  const waited = await trading.submitAndWait(
    { type: "market", symbol: "F", qty: 1, side: "buy", clientOrderId: "js-3" },
    { stream: streams.at(-1) },
  );
  say("submit_and_wait", waited);
}

async function tradeInClasses() {
  const exits = { takeProfit: { limitPrice: 9000 }, stopLoss: { stopPrice: 2 } };
  const nvda = { symbol: "NVDA", qty: 2, timeInForce: "gtc", ...exits };
  const bracket = await placed("bracket", "bracket", { ...nvda, side: "buy" });
  await reached(bracket, "filled");
  const working = await until(async () => {
    const told = await trading.orders.getOrderByOrderID({ orderId: bracket.id, nested: true });
    const statuses = told.legs.map((leg) => leg.status).sort();
    return statuses.join() === "held,new" ? told : null;
  }, "the legs to work");
  say("bracket.filled", working);
  const list = async (nested) =>
    (await trading.orders.getAllOrders({ status: "all", nested, symbols: ["NVDA"], limit: 10 })).map((o) => o.id);
  say("nested", { nested: await list(true), flat: await list(false) });
  await canceled(working.legs[0]);
  await canceled(await placed("oco", "oco", { ...nvda, side: "sell" }));
  const oto = { symbol: "F", qty: 1, side: "buy", limitPrice: 1.5 };
  await canceled(await placed("oto", "oto", { ...oto, stopLoss: { stopPrice: 1.2, limitPrice: 1.1 } }));
  const closed = await trading.orders.getAllOrders({ status: "closed", direction: "asc" });
  say("list", { statuses: closed.map((order) => order.status) });
}

const REFUSED = {
  buying_power: { type: "limit", symbol: "AAPL", qty: 1_000_000, side: "buy", limitPrice: 100 },
  symbol: { type: "market", symbol: "NOSUCH", qty: 1, side: "buy" },
  sub_penny: { type: "limit", symbol: "AAPL", qty: 1, side: "buy", limitPrice: 100.123 },
  twice: { type: "market", symbol: "KO", qty: 1, side: "buy", clientOrderId: "js-1" },
  mleg: { type: "market", symbol: "AAPL", qty: 1, side: "buy", orderClass: "mleg" },
  qty: { type: "market", symbol: "AAPL", side: "buy" },
};

async function beRefused() {
  for (const [step, ticket] of Object.entries(REFUSED))
    say(`refused.${step}`, { error: await refused(() => trading.orders.submit(ticket)) });
  say("refused.unknown_order", {
    error: await refused(() => trading.orders.getOrderByOrderID({ orderId: UNKNOWN })),
  });
}

async function closePositions() {
  const { orders, positions } = trading;
  await reached(await placed("short", "market", { symbol: "TSLA", qty: 5, side: "sell" }), "filled");
  const held = await positions.getAllOpenPositions();
  say("positions", { held: Object.fromEntries(held.map((p) => [p.symbol, [p.side, p.qty]])) });
  say("position", await positions.getOpenPosition({ symbolOrAssetId: "AAPL" }));
  const byQty = await positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", qty: 4 });
  await reached(byQty, "filled");
  await reached(await positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", percentage: 50 }), "filled");
  const left = (await positions.getOpenPosition({ symbolOrAssetId: "AAPL" })).qty;
  say("close", { by_qty: byQty.qty, left });
  const resting = await orders.limit({ symbol: "KO", qty: 1, side: "buy", limitPrice: 1.25 });
  await reached(resting, "new");
  say("cancel_all", { told: await orders.deleteAllOrders() });
  await reached(resting, "canceled");
  const told = await trading.closeAllPositions({ cancelOrders: true });
  say("close_all", { told: told.map((each) => [each.symbol, each.status]) });
  await until(async () => !(await positions.getAllOpenPositions()).length, "the account to be flat");
  say("position.none", { error: await refused(() => positions.getOpenPosition({ symbolOrAssetId: "AAPL" })) });
  const fills = await trading.collectActivities({ activityTypes: ["FILL"], pageSize: 5 });
  say("activities", { fills: fills.map((fill) => [fill.symbol, fill.side, fill.qty]) });
  const history = await trading.portfolioHistory.getAccountPortfolioHistory({ period: "1D", timeframe: "5Min" });
  say("history", { points: history.equity.length, base: history.baseValue });
}

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000);

async function readData() {
  const start = daysAgo(30);
  const both = { symbols: ["AAPL", "KO"], limit: 20, start: daysAgo(2) };
  const days = await marketData.getStockBarsFor("AAPL", { timeframe: TimeFrame.Day, start, adjustment: "all" });
  const hours = await marketData.getStockBars({ ...both, timeframe: TimeFrame.Hour }, { maxPerSymbol: 10 });
  const minutes = await marketData.stocks.stockBarSingle({ symbol: "KO", timeframe: TimeFrame.Minute, start: daysAgo(2), limit: 30 });
  say("bars", { days: days.length, hours: Object.keys(hours), min: minutes.bars.length });
  const quotes = await marketData.stocks.stockQuotes({ symbols: "AAPL", limit: 5 });
  say("quotes", { count: quotes.quotes.AAPL.length });
  const trades = await marketData.stocks.stockTrades({ symbols: "AAPL", limit: 5 });
  say("trades", { count: trades.trades.AAPL.length });
  const quote = (await marketData.stocks.stockLatestQuoteSingle({ symbol: "AAPL" })).quote;
  const price = await marketData.getLatestPrice("AAPL");
  const bars = (await marketData.stocks.stockLatestBars({ symbols: "AAPL" })).bars;
  const latest = (await marketData.stocks.stockLatestQuotes({ symbols: "AAPL,KO" })).quotes;
  say("latest", { bid: quote.bp, ask: quote.ap, price, bars: Object.keys(bars), quotes: Object.keys(latest) });
  const shot = await marketData.stocks.stockSnapshotSingle({ symbol: "AAPL" });
  const shots = await marketData.stocks.stockSnapshots({ symbols: "AAPL,KO" });
  say("snapshot", { price: shot.latestTrade.p, day: shot.dailyBar.c, symbols: Object.keys(shots) });
  const articles = await marketData.news.news({ symbols: "AAPL", limit: 3 });
  say("news.rest", { headlines: articles.news.map((each) => each.headline) });
  const auctions = await marketData.getStockAuctions({ symbols: ["AAPL"], start });
  say("auctions", { days: auctions.AAPL.length });
  const active = await marketData.screener.mostActives({ top: 3 });
  const movers = await marketData.screener.movers({ marketType: "stocks", top: 2 });
  say("screener", { active: active.mostActives.length, gainers: movers.gainers.length });
  const actions = await marketData.corporateActions.corporateActions({ symbols: "AAPL", start: new Date("2025-01-01") });
  say("corporate_actions", { dividends: actions.corporateActions.cashDividends.length });
  await readCoins();
  await readOptions();
}

async function readCoins() {
  const pair = { loc: "us", symbols: "BTC/USD" };
  const since = { ...pair, start: daysAgo(2) };
  const bars = await marketData.crypto.cryptoBars({ ...since, timeframe: TimeFrame.Hour, limit: 4 });
  const trades = await marketData.crypto.cryptoTrades({ ...since, limit: 3 });
  const quotes = await marketData.crypto.cryptoQuotes({ ...since, limit: 3 });
  const books = await marketData.crypto.cryptoLatestOrderbooks(pair);
  const shots = await marketData.crypto.cryptoSnapshots({ loc: "us", symbols: "BTC/USD,ETH/USD" });
  const latest = await marketData.crypto.cryptoLatestQuotes(pair);
  say("crypto", {
    bars: bars.bars["BTC/USD"].length,
    trades: trades.trades["BTC/USD"].length,
    quotes: quotes.quotes["BTC/USD"].length,
    book: books.orderbooks["BTC/USD"].b.length,
    snapshots: Object.keys(shots.snapshots),
    latest: latest.quotes["BTC/USD"].ap,
  });
}

async function readOptions() {
  const chain = await marketData.options.optionChain({ underlyingSymbol: "SPY", limit: 20, type: "call" });
  const [symbol] = Object.keys(chain.snapshots);
  const quotes = await marketData.options.optionLatestQuotes({ symbols: symbol });
  const contract = await trading.assets.getOptionContractSymbolOrId({ symbolOrId: symbol });
  say("options", {
    chain: Object.keys(chain.snapshots).length,
    delta: chain.snapshots[symbol].greeks.delta,
    ask: quotes.quotes[symbol].ap,
    contract: contract.symbol === symbol,
  });
}

async function listen() {
  await control("speed", { speed: 60 });
  for (const kind of ["quotes", "trades", "crypto_quotes", "crypto_trades", "crypto_orderbooks", "option_quotes"])
    await hearing(kind);
  const told = { statuses: "statuses", lulds: "lulds", imbalances: "imbalances" };
  for (const [kind, channel] of Object.entries({ ...told, corrections: "corrections", cancel_errors: "cancelErrors" }))
    await hearing(kind, () => control("tell", { channel, symbol: "AAPL" }));
  await hearing("news", () => control("news", { headline: "Heard", symbols: ["AAPL"] }));
  for (const kind of ["bars", "daily_bars", "updated_bars", "crypto_bars"]) await hearing(kind);
}

async function main() {
  await follow();
  await lookAround();
  await setAccount();
  await tradePlainly();
  await tradeInClasses();
  await beRefused();
  await closePositions();
  await readData();
  say("stream.events", { events: heard.trade_update.map((u) => [u.event, u.order.clientOrderId]) });
  await listen();
  for (const stream of streams) stream.disconnect();
  say("end");
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
