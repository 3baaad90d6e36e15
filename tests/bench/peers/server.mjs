// GET /match?niche= as a Node service would have it: fastify, one of the two usual drivers, one process a core. It sends the
// statements that niched sends (recorded: `first` for a niche, `again` for one whose count of partial matches it remembers by the
// version that comes with the page), prepared, through a pool, and writes by fast-json-stringify.
//     node server.mjs CONFIG PORT
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { item } from './rows.mjs'

const config = JSON.parse(readFileSync(process.argv[2]))
const POOL = 8, LIMIT = 20

const drivers = {
  async pg({ host, port, user, dbname }) {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ host, port: Number(port ?? 5432), user, database: dbname, max: POOL,
      options: '-c plan_cache_mode=force_generic_plan -c jit=off' })
    return (name, text, values) => pool.query({ name, text, values }).then((r) => r.rows)
  },
  async postgres({ host, port, user, dbname }) {
    const { default: postgres } = await import('postgres')
    const sql = postgres({ path: `${host}/.s.PGSQL.${port ?? 5432}`, username: user, database: dbname, max: POOL,
      connection: { plan_cache_mode: 'force_generic_plan', jit: 'off' } })
    return (name, text, values) => sql.unsafe(text, values, { prepare: true })
  }
}

const text = { type: ['string', 'null'] }, real = { type: ['number', 'null'] }, list = { type: 'array', items: { type: 'string' } }
const object = (properties) => ({ type: 'object', properties })
const schema = object({
  query: { type: 'object', additionalProperties: true },
  items: {
    type: 'array',
    items: object({
      rank: { type: 'integer' }, score: { type: 'number' }, confidence: { type: 'number' }, match: { type: 'string' }, matched_niches: list,
      creator: object({ id: { type: 'string' }, name: text, bio: text, has_contact: { type: 'boolean' }, picture_url: text,
        platform: text, username: text, url: text, country: text, language: text, also_on: list }),
      followers: { type: 'integer' }, engagement_rate: real, engagement_rate_basis: text, engagement_vs_peers: real, authenticity: real,
      not_measured: list, price_usd: real, price_source: text, last_post_at: text, niches: list, data_age_days: { type: 'integer' },
      reasons: list, cautions: list, evidence: { type: 'null' }, contact: { type: 'null' }
    })
  },
  related_available: { type: 'integer' }, has_more: { type: 'boolean' }, next_cursor: text, total: { type: 'null' },
  facets: { type: 'null' }, diagnosis: { type: 'null' }, why_not: { type: 'null' }, world: { type: 'string' }, model_version: { type: 'string' }, stale: { type: 'boolean' }
})

const isPage = ([sql]) => sql.startsWith('-- api_match:')

function statement([sql, values], name) {
  const fixed = values.map((v) => v === 'literal' ? null : v)
  const places = values.flatMap((v, i) => v === null ? [i] : [])
  return {
    name, sql,
    of(niche) {
      const mine = fixed.slice()
      for (const i of places) mine[i] = String(niche)
      return mine
    }
  }
}

function answer(config, slug, label, rows, related) {
  const more = rows.length > LIMIT, now = config.now_ms ?? Date.now()
  const shown = more ? rows.slice(0, LIMIT) : rows
  const last = shown[shown.length - 1]
  return {
    query: { ...config.query, niche: { asked: slug, resolved: [slug], excluded: [], mode: 'all', how: 'slug' } },
    items: shown.map((row, i) => item(row, i + 1, slug, label, config.slugs, now)),
    related_available: related, has_more: more,
    next_cursor: more ? Buffer.from(`${last.score},${last.conf},${last.account_id}`).toString('base64url') : null,
    total: null, facets: null, diagnosis: null, why_not: null, world: config.world, model_version: config.model, stale: false
  }
}

async function serve() {
  const ask = await drivers[config.driver](config.database)
  const page = statement(config.again.find(isPage), 'page'), beside = statement(config.first.find((s) => !isPage(s)), 'beside')
  const remembers = config.again.length === 1, known = new Map()
  const rowsOf = (s, id) => ask(s.name, s.sql, s.of(id))
  const app = Fastify({ logger: false })
  app.get('/match', { schema: { querystring: object({ niche: { type: 'string' } }), response: { 200: schema } } }, async (request, reply) => {
    const slug = request.query.niche, niche = config.niches[slug]
    if (!niche) return reply.code(404).send({})
    const [id, label] = niche
    let rows, related = null
    if (remembers && known.has(id)) {
      rows = await rowsOf(page, id)
      const had = known.get(id)
      if (rows.length && had.version === rows[0].version) related = had.related
    }
    if (related === null) {
      const [fresh, counted] = await Promise.all([rowsOf(page, id), rowsOf(beside, id)])
      rows = fresh
      related = Number(counted[0].count)
      if (remembers && rows.length) known.set(id, { version: rows[0].version, related })
    }
    reply.header('ETag', `W/"${config.model}-${rows[0]?.version ?? 0}"`).header('X-World', config.world).header('Cache-Control', 'no-cache')
    return answer(config, slug, label, rows, related)
  })
  await app.listen({ port: Number(process.argv[3]), host: '127.0.0.1' })
}

if (cluster.isPrimary) {
  const workers = Array.from({ length: config.processes }, () => cluster.fork())
  process.on('SIGTERM', () => {
    for (const worker of workers) worker.process.kill('SIGKILL')
    process.exit(0)
  })
} else {
  await serve()
}
