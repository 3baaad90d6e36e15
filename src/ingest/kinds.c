/* The table of kinds. Invariants (tests/unit/test_kinds.c): every alias is folded and names one field of its
 * kind only; fields of the same name have the same type in all kinds, because they share the staging tables.
 */
#include "ingest/kinds.h"

#include "base/text.h"

#include <string.h>

#define TEXT_OF(chars)                                                                                       \
    { .type = VALUE_TEXT, .max_chars = (chars) }
#define LINK_OF(chars)                                                                                       \
    { .type = VALUE_LINK, .max_chars = (chars) }
#define WORDS_OF(list)                                                                                       \
    { .type = VALUE_WORD, .words = (list) }
#define OF(t)                                                                                                \
    { .type = VALUE_##t }
#define HIDABLE                                                                                              \
    { .type = VALUE_COUNT, .minus_one_is_null = true }

// clang-format off
#define USERNAME_FIELD(more) \
    {"username", OF(USERNAME), true, \
     "handle uniqueid screenname accountname userhandle tiktokusername tiktokhandle instagramusername " \
     "instagramhandle youtubehandle authormetaname authoruniqueid authorusername ownerusername nutzername " \
     "influencerinstaname tiktokername youtubername snippetcustomurl benutzername nomdutilisateur nombredeusuario usuario utente profileurl profilelink login " more}
#define PLATFORM_FIELD {"platform", OF(PLATFORM), false, "socialnetwork network plattform plateforme plataforma"}
#define OBSERVED_FIELD(more) \
    {"observed_at", OF(TIME), false, \
     "scrapedat collectedat crawledat fetchedat retrievedat asof snapshotat scrapedate crawldate collectiontime " more}
#define FOLLOWERS_ALIASES \
    "follower followercount followerscount nfollowers numfollowers numberoffollowers totalfollowers fans fancount " \
    "subscribers subscribercount subscriberscount statisticssubscribercount subs abonnenten abonnes seguidores seguaci edgefollowedbycount " \
    "authormetafans authorfollowercount statsfollowercount ownerfollowers followersanzahl anzahlfollower"
#define FOLLOWING_ALIASES \
    "follows followingcount followscount nfollowing numfollowing totalfollowing followees followeescount " \
    "edgefollowcount authormetafollowing abonnements siguiendo seguiti gefolgt"

#define CURRENCY_FIELD \
    {"currency", OF(CURRENCY), false, "currencycode pricecurrency waehrung wahrung devise moneda valuta"}

static const struct field_spec creators[] = {
    USERNAME_FIELD("user account creator influencer creatorname influencername channelhandle customurl profile"),
    {"platform_account_id", OF(KEY), false,
     "id userid accountid authorid platformid channelid creatorid influencerid uid pk userpk"},
    PLATFORM_FIELD,
    {"name", TEXT_OF(300), false,
     "fullname displayname nickname instagramname tiktokname snippettitle channelname channeltitle authormetanickname anzeigename nomcomplet title"},
    {"bio", TEXT_OF(5000), false,
     "signature biography description snippetdescription about profiletext profiledescription biografie beschreibung authormetasignature"},
    {"bio_link", LINK_OF(2048), false,
     "biourl externalurl website homepage websiteurl link linkinbio externallink authormetabiolinklink"},
    {"picture_url", LINK_OF(2048), false,
     "profilepicurl profilepictureurl profilepic profilepicture avatar avatarurl avatarlarger thumbnail picture "
     "profilepicurlhd imageurl"},
    {"category", TEXT_OF(200), false,
     "commercecategory businesscategory businesscategoryname categoryname accountcategory kategorie categorie"},
    {"country", OF(COUNTRY), false, "snippetcountry region countrycode regioncode nation land pays pais paese"},
    {"city", TEXT_OF(200), false, "town stadt ville ciudad citta"},
    {"language", OF(LANGUAGE), false, "lang languagecode sprache langue idioma lingua"},
    {"verified", OF(BOOL), false, "isverified bluetick verifiedaccount verifiziert verifie authormetaverified"},
    {"has_contact", OF(CONTACT), false,
     "email emailaddress contactemail publicemail businessemail mail contact emailavailable"},
    {"followers", HIDABLE, false, FOLLOWERS_ALIASES},
    {"following", HIDABLE, false, FOLLOWING_ALIASES},
    {"posts_total", HIDABLE, false,
     "totalvideos posts postcount postscount mediacount videocount totalposts numberofposts nposts uploads videos "
     "ntotalvids totalvids videoscount statisticsvideocount beitrage publications"},
    {"likes_total", HIDABLE, false,
     "totallikes hearts heartcount heart ntotallikes likes likecount likescount totalhearts heartscount"},
    {"views_total", HIDABLE, false, "totalviews views viewcount viewscount statisticsviewcount totalplays"},
    {"account_created_at", OF(TIME), false,
     "createdat created publishedat snippetpublishedat accountcreated joined joinedat joindate createtime creationdate registeredat channelcreatedat"},
    OBSERVED_FIELD(""),
};

static const struct field_spec posts[] = {
    {"post_key", OF(KEY), true,
     "postid videoid mediaid id shortcode code postkey itemid awemeid contentid tweetid reelid"},
    {"posted_at", OF(TIME), true,
     "createtime createtimeiso timestamp snippetpublishedat takenat takenattimestamp publishedat publishtime postedon postdate "
     "datetime date time createdat created uploaddate datum"},
    USERNAME_FIELD("user author creator influencer channel channelhandle account owner profile name"),
    {"platform_account_id", OF(KEY), false,
     "userid accountid authorid ownerid authormetaid channelid snippetchannelid creatorid influencerid uid"},
    PLATFORM_FIELD,
    {"caption", TEXT_OF(10000), false, "text description snippetdescription desc videodescription posttext message beschreibung"},
    {"title", TEXT_OF(500), false, "snippettitle videotitle headline"},
    {"hashtags", OF(TAGS), false, "hashtag tags snippettags hashtagslist taglist"},
    {"likes", HIDABLE, false,
     "nlikes likecount likescount statisticslikecount numlikes diggcount hearts heartcount statsdiggcount gefalltmir"},
    {"comments", HIDABLE, false,
     "ncomments commentcount commentscount statisticscommentcount numcomments statscommentcount kommentare commentaires"},
    {"shares", HIDABLE, false, "nshares sharecount sharescount numshares statssharecount reposts repostcount"},
    {"saves", HIDABLE, false, "nsaves savecount collectcount bookmarks bookmarkcount favorites favoritecount"},
    {"views", HIDABLE, false,
     "nplays plays playcount viewcount viewscount statisticsviewcount nviews numviews videoviewcount videoplaycount statsplaycount "
     "videoviews aufrufe vues"},
    {"reach", HIDABLE, false, "accountsreached reachcount"},
    {"duration_s", OF(DURATION), false,
     "videolength duration contentdetailsduration videoduration length videometaduration lengthseconds durationseconds seconds"},
    {"format", WORDS_OF("video image carousel short story live reel=video reels=video clips=video graphvideo=video "
                        "graphimage=image photo=image picture=image graphsidecar=carousel sidecar=carousel "
                        "album=carousel carouselalbum=carousel slideshow=carousel shorts=short stories=story "
                        "igtv=video feed=image"), false,
     "posttype mediatype type contenttype productformat"},
    {"sponsored", OF(BOOL), false, "ispaidpartnership paidpartnership issponsored isad ad sponsoredpost ispaid"},
    {"disclosed", OF(BOOL), false, "isdisclosed labelled labeled adlabel"},
    {"brand", TEXT_OF(200), false, "brandname sponsor sponsorname sponsoredby sponsoredbrand advertiser paidpartner brandpartner marke marque marca"},
    {"giveaway", OF(BOOL), false, "isgiveaway contest"},
    {"followers", HIDABLE, false, FOLLOWERS_ALIASES},
    {"following", HIDABLE, false, FOLLOWING_ALIASES},
    {"posts_total", HIDABLE, false, "ntotalvids totalvideos totalvids mediacount videocount postcount totalposts"},
    {"likes_total", HIDABLE, false, "ntotallikes totallikes authormetaheart totalhearts"},
    {"verified", OF(BOOL), false, "authorverified authormetaverified isverified"},
    OBSERVED_FIELD(""),
};

static const struct field_spec snapshots[] = {
    USERNAME_FIELD("user account creator influencer channel"),
    {"platform_account_id", OF(KEY), false, "id userid accountid authorid channelid uid"},
    PLATFORM_FIELD,
    {"observed_at", OF(TIME), true, "day date datum snapshotdate snapshotday asof timestamp scrapedat collectedat jour"},
    {"followers", OF(COUNT), true, FOLLOWERS_ALIASES},
    {"following", HIDABLE, false, FOLLOWING_ALIASES},
    {"posts_total", HIDABLE, false, "posts postcount totalposts totalvideos videocount mediacount"},
};

static const struct field_spec prices[] = {
    USERNAME_FIELD("user account creator influencer channel"),
    {"platform_account_id", OF(KEY), false, "userid accountid authorid channelid"},
    PLATFORM_FIELD,
    {"amount_usd", OF(MONEY), true, "priceusd usd rateusd feeusd"},
    {"amount", OF(AMOUNT), false, "price rate fee preis prix precio"},
    CURRENCY_FIELD,
    {"deliverable", WORDS_OF("post story reel video feedpost=post instagrampost=post posts=post stories=story "
                             "reels=reel videos=video tiktok=video"), false, "format item contenttype type"},
    {"source", WORDS_OF("quote rate_card=rate_card ratecard=rate_card history offer=quote"), false,
     "pricesource kind origin"},
    {"valid_from", OF(DAY), true, "from since date day datum quotedon quotedat"},
};

static const struct field_spec collaborations[] = {
    USERNAME_FIELD("user account creator influencer channel"),
    {"platform_account_id", OF(KEY), false, "userid accountid authorid channelid"},
    PLATFORM_FIELD,
    {"brand", TEXT_OF(200), true, "brandname company advertiser client sponsor marke marque marca"},
    {"category", TEXT_OF(200), false, "brandcategory industry sector branche"},
    {"started_on", OF(DAY), true, "start startdate startedat from begin date firstday"},
    {"ended_on", OF(DAY), false, "end enddate endedat until to lastday"},
    {"posts", OF(INTEGER), false, "postcount nposts numberofposts deliverables"},
    {"compensation", WORDS_OF("paid gifted affiliate gift=gifted barter=gifted product=gifted cash=paid fee=paid "
                              "commission=affiliate"), false, "paymenttype compensationtype type payment"},
    {"fee_usd", OF(MONEY), false, "amountusd priceusd costusd usd"},
    {"fee", OF(AMOUNT), false, "amount price cost budget"},
    CURRENCY_FIELD,
    {"labelled", OF(BOOL), false, "labeled disclosed isdisclosed adlabel"},
    {"exclusive", OF(BOOL), false, "isexclusive exclusivity"},
};

static const struct field_spec conversions[] = {
    USERNAME_FIELD("user account creator influencer channel"),
    {"platform_account_id", OF(KEY), false, "userid accountid authorid channelid"},
    PLATFORM_FIELD,
    {"orders", OF(INTEGER), true, "conversions purchases sales ordercount numberoforders bestellungen commandes"},
    {"clicks", OF(INTEGER), false, "linkclicks visits sessions klicks clics"},
    {"revenue_usd", OF(MONEY), false, "salesusd turnoverusd usd"},
    {"revenue", OF(AMOUNT), false, "turnover orderrevenue gmv umsatz"},
    CURRENCY_FIELD,
    {"window_days", OF(INTEGER), false, "window days attributionwindow attributiondays"},
    {"reported_at", OF(TIME), true, "reportedon date day datetime timestamp asof datum until"},
    {"brand", TEXT_OF(200), false, "brandname advertiser client marke marque marca"},
    {"started_on", OF(DAY), false, "start startdate startedat campaignstart firstday"},
};

static const struct field_spec engagers[] = {
    USERNAME_FIELD("account creator influencer channel owner profile"),
    {"platform_account_id", OF(KEY), false, "accountid channelid creatorid influencerid ownerid"},
    PLATFORM_FIELD,
    {"engager", OF(ENGAGER), true,
     "engagerid engagername engagerusername commenter commenterid commentername commenterusername commentauthor "
     "commentauthorid commentedby liker likerid likername likerusername likedby fan fanid"},
    {"post_key", OF(KEY), false, "postid videoid mediaid shortcode postcode contentid"},
    {"interaction", WORDS_OF("comment like comments=comment commented=comment reply=comment likes=like liked=like"), false,
     "kind type action engagement engagementtype interactiontype"},
    {"engaged_at", OF(TIME), false, "at date time datetime timestamp createdat commentedat likedat createtime"},
};

static const struct field_spec audience[] = {
    USERNAME_FIELD("user account creator influencer channel"),
    {"platform_account_id", OF(KEY), false, "id userid accountid authorid channelid uid"},
    PLATFORM_FIELD,
    {"dimension", WORDS_OF("country language age gender countries=country geography=country geo=country "
                           "languages=language ages=age agegroup=age genders=gender sex=gender"), true,
     "type breakdown segment"},
    {"bucket", OF(BUCKET), true, "value code group"},
    {"share", OF(SHARE), true, "percentage percent weight fraction anteil"},
    {"sample_n", OF(INTEGER), false, "sample samplesize n"},
    OBSERVED_FIELD("date day"),
};

static const struct kind_step creator_steps[] = {{"import_snapshot", "ski", false}, {0}};
static const struct kind_step post_steps[] = {{"import_account_snapshot", "si", false},
                                              {"import_post_accounts", "", false},
                                              {"import_post_metric", "si", false},
                                              {"import_brand", "o", false},
                                              {"import_post_update", "si", true},
                                              {"import_post_insert", "si", true},
                                              {0}};
static const struct kind_step snapshot_steps[] = {{"import_snapshot", "ski", true}, {0}};
static const struct kind_step money_checks[] = {{"import_rates", "wrk", false}, {0}};
static const struct kind_step price_steps[] = {{"import_price", "oi", true}, {0}};
static const struct kind_step conversion_checks[] = {{"import_rates", "wrk", false}, {"import_conversion_check", "o", false}, {0}};
static const struct kind_step conversion_steps[] = {{"import_conversion_update", "soi", true},
                                                    {"import_conversion_insert", "soi", true},
                                                    {0}};
static const struct kind_step collaboration_steps[] = {{"import_brand", "o", false},
                                                       {"import_collaboration_update", "soi", true},
                                                       {"import_collaboration_insert", "soi", true},
                                                       {0}};
static const struct kind_step engager_steps[] = {{"import_sketch", "i", true}, {0}};

static const struct kind_step audience_steps[] = {{"import_audience", "si", true}, {0}};

#define FIELDS(table) (table), sizeof(table) / sizeof *(table)
static const struct kind_step no_checks[] = {{0}};
static const struct kind kinds[] = {
    {"creators", FIELDS(creators), true, true, no_checks, creator_steps, "import_duplicate_creators", KIND_SHARED},
    {"posts", FIELDS(posts), true, false, no_checks, post_steps, "import_duplicate_posts", KIND_SHARED},
    {"snapshots", FIELDS(snapshots), true, false, no_checks, snapshot_steps, "import_duplicate_snapshots", KIND_SHARED},
    {"prices", FIELDS(prices), false, false, money_checks, price_steps, "import_duplicate_prices", KIND_EITHER},
    {"collaborations", FIELDS(collaborations), false, false, money_checks, collaboration_steps, "import_duplicate_collaborations", KIND_EITHER},
    {"engagers", FIELDS(engagers), false, false, no_checks, engager_steps, "import_duplicate_engagers", KIND_SHARED},
    {"audience", FIELDS(audience), false, false, no_checks, audience_steps, "import_duplicate_audience", KIND_SHARED},
    {"conversions", FIELDS(conversions), false, false, conversion_checks, conversion_steps, "import_duplicate_conversions", KIND_PRIVATE},
};
// clang-format on

const struct kind *kinds_all(size_t *ret_count) {
    *ret_count = sizeof kinds / sizeof *kinds;
    return kinds;
}

const char *kinds_names(void) {
    return "creators, posts, snapshots, prices, collaborations, engagers, audience or conversions";
}

const struct kind *kind_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

const struct field_spec *kind_field(const struct kind *k, const char *name) {
    for (size_t i = 0; i < k->count; i++)
        if (strcmp(k->fields[i].name, name) == 0)
            return &k->fields[i];
    return NULL;
}

const char *kind_instead(const char *field, const char **ret_words) {
    static const struct {
        const char *field, *other, *words;
    } table[] = {{"username", "platform_account_id", "a username or the platform's account id"},
                 {"amount_usd", "amount", "amount_usd, or amount with its currency"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].field, field) != 0)
            continue;
        *ret_words = table[i].words;
        return table[i].other;
    }
    return NULL;
}

enum err kind_check_owner(const struct kind *k, bool workspace, struct fault *f) {
    if (k->owner == KIND_PRIVATE && !workspace)
        return fault_set(f, ERR_USAGE, "%s belong to a workspace: say whose they are (--workspace default)",
                         k->name);
    if (k->owner == KIND_SHARED && workspace)
        return fault_set(f, ERR_USAGE,
                         "%s are shared by all workspaces: --workspace is for prices, collaborations "
                         "and conversions",
                         k->name);
    return ERR_OK;
}

int kind_header_fit(const struct field_spec *field, const char *header, size_t n) {
    char word[96];
    char own[64];
    size_t len = text_compact(header, n, word, sizeof word);
    text_compact(field->name, strlen(field->name), own, sizeof own);
    if (!len)
        return 0;
    if (strcmp(word, own) == 0)
        return 1000;
    int fit = 999;
    for (const char *p = field->aliases; *p; fit--) {
        size_t alias = strcspn(p, " ");
        if (alias == len && memcmp(p, word, len) == 0)
            return fit;
        p += alias;
        p += strspn(p, " ");
    }
    return 0;
}

/* Whether import_stage has the field anyway, or one of the kinds before has it. */
static bool is_staged(size_t kind, const char *field) {
    static const char base[] = " platform observed_at posted_at ";
    const char *in_base = strstr(base, field);
    bool staged = in_base && in_base[-1] == ' ' && in_base[strlen(field)] == ' ';
    for (size_t i = 0; i < kind && !staged; i++)
        staged = kind_field(&kinds[i], field) != NULL;
    return staged;
}

/* The columns of the kinds from the first on, each once. */
static void put_columns(size_t n, struct buf *out) {
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < kinds[k].count; i++)
            if (!is_staged(k, kinds[k].fields[i].name))
                buf_printf(out, ", %s %s", kinds[k].fields[i].name,
                           value_sql_type(kinds[k].fields[i].rule.type));
}

void kind_staging_ddl(struct buf *out) {
    buf_puts(
        out,
        "create temp table if not exists import_stage (line bigint not null, platform smallint not null, "
        "ident text collate \"C\" not null, observed_at timestamptz not null, posted_at timestamptz");
    put_columns(sizeof kinds / sizeof *kinds, out);
    buf_puts(
        out,
        ", collaboration_id bigint, rate_day date); "
        "create temp table if not exists import_account (line bigint not null, platform smallint not null, "
        "ident text collate \"C\" not null, observed_at timestamptz not null, username_key text, "
        "creator_id bigint, account_id bigint, is_new boolean not null default false, main boolean not "
        "null default true, has_posts boolean not null default false");
    put_columns(1, out);
    buf_puts(out, "); "
                  "create temp table if not exists import_hash (platform smallint, ident text, hash bytea)");
}
