// An item of /match from a row, as the service writes it: rounding, names, what was not measured, reasons and cautions.
// Lists that depend on a bit mask alone are made once a mask.
const SIGNALS = [
  ['follower_credibility', 'audience_sample'], ['follow_for_follow', 'following'], ['unexplained_growth', 'follower_history'],
  ['low_engagement', 'posts'], ['uniform_engagement', 'posts'], ['comment_like_ratio', 'likes_and_comments'], ['spikiness', 'posts'],
  ['comment_duplication', 'comment_texts'], ['recurring_authors', 'comment_authors'], ['benford', 'audience_counts'],
  ['sponsored_saturation', 'sponsored_flags'], ['reply_rate', 'comment_replies'], ['disclosure', 'collaborations'],
  ['low_reach', 'posts'], ['high_engagement', 'posts'], ['alike_likes', 'likes'], ['likes_beyond_views', 'views'],
  ['likes_without_comments', 'likes_and_comments'], ['many_comments', 'likes_and_comments']]
const GROWTH = 2, UNUSUAL = -0.5, SENTENCES = 8
const POWERS = [1, 10, 100, 1000, 10000]

const rounded = (x, decimals) => x === null ? null : Math.round(x * POWERS[decimals]) / POWERS[decimals]

function thousands(n) {
  const digits = String(n)
  return digits.length < 4 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

function remembered(make) {
  const known = new Map()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) known.set(key, value = make(key))
    return value
  }
}

// key: the mask of signals, with two bits above for engagement and price
const notMeasured = remembered((key) => {
  const list = key & 1 << 20 ? ['engagement'] : []
  SIGNALS.forEach(([, needs], i) => {
    if (!(key >> i & 1) && !list.includes(needs)) list.push(needs)
  })
  if (key & 1 << 21) list.push('price')
  return list
})

function unusual(row) {
  if (row.signal_unusual !== undefined) return row.signal_unusual
  let bits = 0
  row.signal_phi.forEach((phi, i) => {
    if (row.signal_measured >> i & 1 && phi <= UNUSUAL) bits |= 1 << i
  })
  return bits
}

function sayEngagement(row, vs, followers, reasons, cautions) {
  if (vs === null) {
    cautions.push('engagement was not measured')
    return
  }
  if (vs >= 1 || vs < 0.7) {
    const text = `engagement ${vs.toFixed(2)}x what is usual at ${thousands(followers)} followers`
    if (vs >= 1) reasons.push(text)
    else cautions.push(text)
  }
  if (row.engagement_basis === 'totals') cautions.push('engagement is known from account totals only, not from posts')
}

export function item(row, rank, slug, label, slugs, nowMs) {
  const reasons = [], cautions = []
  const followers = Number(row.followers), posts = row.niche_posts
  const vs = row.engagement_rate === null ? null : row.engagement_rate / row.engagement_usual
  const prior = row.price_source === 'prior'
  if (posts !== null && posts > 0) reasons.push(`${posts} of ${row.posts} recent posts are about ${label}`)
  if (row.profile > 0) reasons.push(`the profile names ${label}`)
  if (row.kind === 'all_parents') reasons.push(`makes each part of ${label}, though not in one post`)
  sayEngagement(row, vs, followers, reasons, cautions)
  const bits = unusual(row)
  for (let i = 0; bits >> i; i++) if (bits >> i & 1) cautions.push(`unusual pattern: ${SIGNALS[i][0]}`)
  if (!(row.signal_measured >> GROWTH & 1)) cautions.push('no follower history: growth not checked')
  if (prior) cautions.push('no price known: an estimate for this size')
  const each = row.price_usd / row.engagement_typical
  if (!prior && row.engagement_typical > 0 && each < 0.8 * row.cpe_usual_usd) {
    reasons.push(`$${each.toFixed(2)} per engagement where $${row.cpe_usual_usd.toFixed(2)} is usual`)
  }
  const seenMs = Number(row.observed_us) / 1000
  const niches = []
  for (const id of row.niche_ids) if (slugs[id] !== undefined) niches.push(slugs[id])
  return {
    rank, score: Math.floor((row.score + 5) / 10) / 10, confidence: rounded(row.conf / 10000, 2), match: row.kind, matched_niches: [slug],
    creator: {
      id: row.creator_id, name: row.name, bio: row.bio, has_contact: row.has_contact, picture_url: row.picture_url,
      platform: row.platform, username: row.username, url: row.url, country: row.country, language: row.language,
      also_on: row.also_on ?? []
    },
    followers, engagement_rate: rounded(row.engagement_rate, 4), engagement_rate_basis: row.engagement_basis,
    engagement_vs_peers: rounded(vs, 2), authenticity: rounded(row.authenticity, 2),
    not_measured: notMeasured(row.signal_measured | (row.engagement_rate === null ? 1 << 20 : 0) | (prior ? 1 << 21 : 0)),
    price_usd: rounded(row.price_usd, 0), price_source: row.price_source,
    last_post_at: row.last_post_us === null ? null : new Date(Number(row.last_post_us) / 1000).toISOString().slice(0, 19) + 'Z',
    niches, data_age_days: nowMs > seenMs ? Math.floor((nowMs - seenMs) / 86400000) : 0,
    reasons: reasons.slice(0, SENTENCES), cautions: cautions.slice(0, SENTENCES), evidence: null, contact: null
  }
}

