/* Countries and languages. Invariants: the tables are sorted by code; a word stands in one line of its table
 * only. */
#include "ingest/places.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    const char *code;
    const char *words; /* folded to letters and digits, blank separated */
};

// clang-format off
static const struct place countries[] = {
    {"AD", "andorra"}, {"AE", "unitedarabemirates uae emirates are"}, {"AF", "afghanistan"},
    {"AG", "antiguaandbarbuda"}, {"AI", "anguilla"}, {"AL", "albania"}, {"AM", "armenia"}, {"AO", "angola"},
    {"AQ", "antarctica"}, {"AR", "argentina arg"}, {"AS", "americansamoa"}, {"AT", "austria aut"},
    {"AU", "australia aus"}, {"AW", "aruba"}, {"AX", "alandislands"}, {"AZ", "azerbaijan"},
    {"BA", "bosniaandherzegovina bosnia"}, {"BB", "barbados"}, {"BD", "bangladesh bgd"},
    {"BE", "belgium bel"}, {"BF", "burkinafaso"}, {"BG", "bulgaria"}, {"BH", "bahrain"}, {"BI", "burundi"},
    {"BJ", "benin"}, {"BL", "stbarthelemy"}, {"BM", "bermuda"}, {"BN", "brunei"}, {"BO", "bolivia"},
    {"BQ", "caribbeannl"}, {"BR", "brazil bra brasil"}, {"BS", "bahamas thebahamas"}, {"BT", "bhutan"},
    {"BV", "bouvetisland"}, {"BW", "botswana"}, {"BY", "belarus"}, {"BZ", "belize"}, {"CA", "canada can"},
    {"CC", "cocosislands"}, {"CD", "democraticrepublicofthecongo drcongo"}, {"CF", "centralafricanrep"},
    {"CG", "congo republicofthecongo"}, {"CH", "switzerland che"}, {"CI", "cotedivoire ivorycoast"},
    {"CK", "cookislands"}, {"CL", "chile chl"}, {"CM", "cameroon"}, {"CN", "china chn"},
    {"CO", "colombia col"}, {"CR", "costarica"}, {"CU", "cuba"}, {"CV", "capeverde caboverde"},
    {"CW", "curacao"}, {"CX", "christmasisland"}, {"CY", "cyprus"}, {"CZ", "czechrepublic czechia"},
    {"DE", "germany deu deutschland"}, {"DJ", "djibouti"}, {"DK", "denmark dnk"}, {"DM", "dominica"},
    {"DO", "dominicanrepublic"}, {"DZ", "algeria"}, {"EC", "ecuador ecu"}, {"EE", "estonia"},
    {"EG", "egypt egy"}, {"EH", "westernsahara"}, {"ER", "eritrea"}, {"ES", "spain esp"},
    {"ET", "ethiopia"}, {"FI", "finland fin"}, {"FJ", "fiji"}, {"FK", "falklandislands"},
    {"FM", "micronesia"}, {"FO", "faroeislands"}, {"FR", "france fra"}, {"GA", "gabon"},
    {"GB", "britain unitedkingdom greatbritain england scotland wales northernireland uk gbr"},
    {"GD", "grenada"}, {"GE", "georgia"}, {"GF", "frenchguiana"}, {"GG", "guernsey"}, {"GH", "ghana gha"},
    {"GI", "gibraltar"}, {"GL", "greenland"}, {"GM", "gambia thegambia"}, {"GN", "guinea"},
    {"GP", "guadeloupe"}, {"GQ", "equatorialguinea"}, {"GR", "greece grc"},
    {"GS", "southgeorgiaandthesouthsandwichislands southgeorgia"}, {"GT", "guatemala"}, {"GU", "guam"},
    {"GW", "guineabissau"}, {"GY", "guyana"}, {"HK", "hongkong hkg"},
    {"HM", "heardislandandmcdonaldislands"}, {"HN", "honduras"}, {"HR", "croatia"}, {"HT", "haiti"},
    {"HU", "hungary hun"}, {"ID", "indonesia idn"}, {"IE", "ireland irl"}, {"IL", "israel isr"},
    {"IM", "isleofman"}, {"IN", "india ind"}, {"IO", "britishindianoceanterritory"}, {"IQ", "iraq"},
    {"IR", "iran"}, {"IS", "iceland"}, {"IT", "italy ita"}, {"JE", "jersey"}, {"JM", "jamaica"},
    {"JO", "jordan"}, {"JP", "japan jpn"}, {"KE", "kenya ken"}, {"KG", "kyrgyzstan"}, {"KH", "cambodia"},
    {"KI", "kiribati"}, {"KM", "comoros"}, {"KN", "stkittsandnevis saintkittsandnevis"},
    {"KP", "northkorea"}, {"KR", "korea southkorea republicofkorea kor"}, {"KW", "kuwait"},
    {"KY", "caymanislands"}, {"KZ", "kazakhstan"}, {"LA", "laos"}, {"LB", "lebanon"},
    {"LC", "stlucia saintlucia"}, {"LI", "liechtenstein"}, {"LK", "srilanka"}, {"LR", "liberia"},
    {"LS", "lesotho"}, {"LT", "lithuania"}, {"LU", "luxembourg"}, {"LV", "latvia"}, {"LY", "libya"},
    {"MA", "morocco mar"}, {"MC", "monaco"}, {"MD", "moldova"}, {"ME", "montenegro"},
    {"MF", "stmartin saintmartin"}, {"MG", "madagascar"}, {"MH", "marshallislands"},
    {"MK", "northmacedonia macedonia"}, {"ML", "mali"}, {"MM", "myanmar burma"}, {"MN", "mongolia"},
    {"MO", "macau macao"}, {"MP", "northernmarianaislands"}, {"MQ", "martinique"}, {"MR", "mauritania"},
    {"MS", "montserrat"}, {"MT", "malta"}, {"MU", "mauritius"}, {"MV", "maldives"}, {"MW", "malawi"},
    {"MX", "mexico mex"}, {"MY", "malaysia mys"}, {"MZ", "mozambique"}, {"NA", "namibia"},
    {"NC", "newcaledonia"}, {"NE", "niger"}, {"NF", "norfolkisland"}, {"NG", "nigeria nga"},
    {"NI", "nicaragua"}, {"NL", "netherlands thenetherlands holland nld"}, {"NO", "norway nor"},
    {"NP", "nepal"}, {"NR", "nauru"}, {"NU", "niue"}, {"NZ", "newzealand nzl"}, {"OM", "oman"},
    {"PA", "panama"}, {"PE", "peru per"}, {"PF", "frenchpolynesia"}, {"PG", "papuanewguinea"},
    {"PH", "philippines phl"}, {"PK", "pakistan pak"}, {"PL", "poland pol"}, {"PM", "stpierreandmiquelon"},
    {"PN", "pitcairn"}, {"PR", "puertorico"}, {"PS", "palestine"}, {"PT", "portugal prt"}, {"PW", "palau"},
    {"PY", "paraguay"}, {"QA", "qatar"}, {"RE", "reunion"}, {"RO", "romania rou"}, {"RS", "serbia"},
    {"RU", "russia russianfederation rus"}, {"RW", "rwanda"}, {"SA", "saudiarabia ksa sau"},
    {"SB", "solomonislands"}, {"SC", "seychelles"}, {"SD", "sudan"}, {"SE", "sweden swe"},
    {"SG", "singapore sgp"}, {"SH", "sthelena"}, {"SI", "slovenia"}, {"SJ", "svalbardandjanmayen"},
    {"SK", "slovakia"}, {"SL", "sierraleone"}, {"SM", "sanmarino"}, {"SN", "senegal"}, {"SO", "somalia"},
    {"SR", "suriname"}, {"SS", "southsudan"}, {"ST", "saotomeandprincipe"}, {"SV", "elsalvador"},
    {"SX", "stmaarten sintmaarten"}, {"SY", "syria"}, {"SZ", "eswatini swaziland"},
    {"TC", "turksandcaicosis"}, {"TD", "chad"}, {"TF", "frenchsterr"}, {"TG", "togo"},
    {"TH", "thailand tha"}, {"TJ", "tajikistan"}, {"TK", "tokelau"}, {"TL", "easttimor timorleste"},
    {"TM", "turkmenistan"}, {"TN", "tunisia"}, {"TO", "tonga"}, {"TR", "turkey turkiye tur"},
    {"TT", "trinidadandtobago trinidad"}, {"TV", "tuvalu"}, {"TW", "taiwan twn"}, {"TZ", "tanzania"},
    {"UA", "ukraine ukr"}, {"UG", "uganda"}, {"UM", "usminoroutlyingislands"},
    {"US", "unitedstates unitedstatesofamerica usa america"}, {"UY", "uruguay"}, {"UZ", "uzbekistan"},
    {"VA", "vaticancity vatican"}, {"VC", "stvincent saintvincentandthegrenadines"},
    {"VE", "venezuela ven"}, {"VG", "britishvirginislands"}, {"VI", "usvirginislands"},
    {"VN", "vietnam vnm"}, {"VU", "vanuatu"}, {"WF", "wallisandfutuna"}, {"WS", "samoa"}, {"XK", "kosovo"},
    {"YE", "yemen"}, {"YT", "mayotte"}, {"ZA", "southafrica zaf"}, {"ZM", "zambia"}, {"ZW", "zimbabwe"},
};

static const struct place languages[] = {
    {"af", "afrikaans afr"}, {"ak", "akan aka twi tw"}, {"am", "amharic amh"}, {"ar", "arabic ara"},
    {"as", "assamese asm"}, {"ay", "aymara aym"}, {"az", "azerbaijani aze azeri"}, {"be", "belarusian bel"},
    {"bg", "bulgarian bul"}, {"bho", "bhojpuri"}, {"bm", "bambara bam"}, {"bn", "bengali ben bangla"},
    {"bo", "tibetan bod"}, {"br", "breton bre"}, {"bs", "bosnian bos"}, {"ca", "catalan cat"},
    {"ceb", "cebuano"}, {"ckb", "sorani"}, {"co", "corsican cos"}, {"cs", "czech ces cze"},
    {"cy", "welsh cym wel"}, {"da", "danish dan dansk"}, {"de", "german deu ger deutsch"},
    {"dv", "divehi div"}, {"dz", "dzongkha dzo"}, {"ee", "ewe"}, {"el", "greek ell gre"},
    {"en", "english eng"}, {"eo", "esperanto epo"}, {"es", "spanish spa espanol castilian"},
    {"et", "estonian est"}, {"eu", "basque eus baq"}, {"fa", "persian fas per farsi"},
    {"fi", "finnish fin suomi"}, {"fil", "filipino"}, {"fo", "faroese fao"},
    {"fr", "french fra fre francais"}, {"fy", "frisian fry"}, {"ga", "irish gle"},
    {"gd", "scottishgaelic gla"}, {"gl", "galician glg"}, {"gn", "guarani grn"}, {"gu", "gujarati guj"},
    {"ha", "hausa hau"}, {"haw", "hawaiian"}, {"he", "hebrew heb iw"}, {"hi", "hindi hin"},
    {"hmn", "hmong"}, {"hr", "croatian hrv"}, {"ht", "haitiancreole hat haitian"}, {"hu", "hungarian hun"},
    {"hy", "armenian hye arm"}, {"id", "indonesian ind in bahasaindonesia"}, {"ig", "igbo ibo"},
    {"is", "icelandic isl ice"}, {"it", "italian ita italiano"}, {"ja", "japanese jpn jp"},
    {"jam", "jamaicanpatois"}, {"jv", "javanese jav jw"}, {"ka", "georgian kat geo"}, {"kk", "kazakh kaz"},
    {"kl", "greenlandic kal"}, {"km", "khmer khm"}, {"kn", "kannada kan"}, {"ko", "korean kor kr"},
    {"ku", "kurdish kur"}, {"ky", "kyrgyz kir"}, {"la", "latin lat"}, {"lb", "luxembourgish ltz"},
    {"lg", "ganda lug"}, {"ln", "lingala lin"}, {"lo", "lao"}, {"lt", "lithuanian lit"},
    {"lv", "latvian lav"}, {"mg", "malagasy mlg"}, {"mi", "maori mri"}, {"mk", "macedonian mkd mac"},
    {"ml", "malayalam mal"}, {"mn", "mongolian mon"}, {"mr", "marathi mar"},
    {"ms", "malay msa may bahasamelayu"}, {"mt", "maltese mlt"}, {"my", "burmese mya bur"},
    {"nb", "norwegianbokmal nob"}, {"ne", "nepali nep"}, {"nl", "dutch nld dut nederlands flemish"},
    {"nn", "norwegiannynorsk nno"}, {"no", "norwegian nor norsk"}, {"ny", "chichewa nya"},
    {"oc", "occitan oci"}, {"om", "oromo orm"}, {"or", "odia ori oriya"}, {"pa", "punjabi pan panjabi"},
    {"pl", "polish pol"}, {"ps", "pashto pus"}, {"pt", "portuguese por portugues brazilianportuguese"},
    {"qu", "quechua que"}, {"rm", "romansh roh"}, {"ro", "romanian ron rum"}, {"ru", "russian rus"},
    {"rw", "kinyarwanda kin"}, {"sa", "sanskrit san"}, {"sd", "sindhi snd"},
    {"si", "sinhala sin sinhalese"}, {"sk", "slovak slk slo"}, {"sl", "slovenian slv slovene"},
    {"sm", "samoan smo"}, {"sn", "shona sna"}, {"so", "somali som"}, {"sq", "albanian sqi alb"},
    {"sr", "serbian srp"}, {"st", "sotho sot"}, {"su", "sundanese sun"}, {"sv", "swedish swe svenska"},
    {"sw", "swahili swa kiswahili"}, {"ta", "tamil tam"}, {"te", "telugu tel"}, {"tg", "tajik tgk"},
    {"th", "thai tha"}, {"ti", "tigrinya tir"}, {"tk", "turkmen tuk"}, {"tl", "tagalog tgl"},
    {"tn", "tswana tsn"}, {"to", "tongan ton"}, {"tr", "turkish tur turkce"}, {"tt", "tatar tat"},
    {"ug", "uyghur uig"}, {"uk", "ukrainian ukr"}, {"ur", "urdu urd"}, {"uz", "uzbek uzb"},
    {"vi", "vietnamese vie"}, {"wo", "wolof wol"}, {"xh", "xhosa xho"}, {"yi", "yiddish yid"},
    {"yo", "yoruba yor"}, {"yue", "cantonese"},
    {"zh", "chinese zho chi mandarin simplifiedchinese traditionalchinese cn"}, {"zu", "zulu zul"},
};
// clang-format on

static int by_code(const void *key, const void *line) {
    return strcmp(key, ((const struct place *)line)->code);
}

static const struct place *find_code(const struct place *table, size_t n, const char *code) {
    return bsearch(code, table, n, sizeof *table, by_code);
}

static bool has_word(const char *words, const char *word, size_t len) {
    for (const char *p = words; (p = strstr(p, word)); p += len)
        if ((p == words || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
            return true;
    return false;
}

static const struct place *find_word(const struct place *table, size_t n, const char *word, size_t len) {
    for (size_t i = 0; len && i < n; i++)
        if (has_word(table[i].words, word, len))
            return &table[i];
    return NULL;
}

static const struct place *find(const struct place *table, size_t n, const char *code, const char *word) {
    const struct place *p = find_code(table, n, code);
    return p ? p : find_word(table, n, word, strlen(word));
}

bool place_country(const char *s, size_t n, char ret_code[3]) {
    char word[64];
    char code[3] = "";
    if (text_compact(s, n, word, sizeof word) == 2)
        for (int i = 0; i < 2; i++)
            code[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]);
    const struct place *p = find(countries, sizeof countries / sizeof *countries, code, word);
    if (p)
        memcpy(ret_code, p->code, 3);
    return p != NULL;
}

bool place_language(const char *s, size_t n, char ret_tag[4]) {
    char word[64];
    size_t primary = 0;
    while (primary < n && s[primary] != '-' && s[primary] != '_')
        primary++;
    bool tag = primary >= 2 && primary <= 3;
    text_compact(s, tag ? primary : n, word, sizeof word);
    const struct place *p = find(languages, sizeof languages / sizeof *languages, word, word);
    if (p)
        snprintf(ret_tag, 4, "%s", p->code);
    return p != NULL;
}
