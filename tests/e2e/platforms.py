"""Platforms made up for the tests of niched pull: a server on 127.0.0.1 that answers in the documented shapes of the YouTube
Data API v3 and of Meta's Business Discovery. `faults` are answers that come instead, once each, by what the path ends with."""
import contextlib
import http.server
import json
import re
import threading
import time
import urllib.parse

PAGE = 50


def channel_id(n):
    return f"UC{n:022d}"


def google_error(status, reason, message="made up"):
    return {"error": {"code": status, "message": message, "errors": [{"message": message, "domain": "youtube", "reason": reason}]}}


class Fault:
    """One answer out of order."""

    def __init__(self, status=200, body=None, headers=None, sleep=0, raw=None, cut=False):
        self.status, self.body, self.headers = status, body, headers or {}
        self.sleep, self.raw, self.cut = sleep, raw, cut


class Platform:
    """What it holds, and what it was asked."""

    def __init__(self):
        self.requests, self.faults, self.lock = [], [], threading.Lock()

    def fault(self, path, *faults):
        """The next requests of a path get these, None the right answer."""
        self.faults += [(path, f) for f in faults]

    def asked(self, path):
        return [query for p, query, _ in self.requests if p.endswith(path)]

    def take_fault(self, path):
        for i, (of, fault) in enumerate(self.faults):
            if path.endswith(of):
                del self.faults[i]
                return fault
        return None


class YouTube(Platform):
    KEY = "made-up-key-of-nobody"

    def __init__(self, channels=0, videos=3):
        super().__init__()
        self.channels, self.by_video = {}, []  # id -> channel; ids that only a search of videos finds
        for n in range(1, channels + 1):
            self.add(n, videos)

    def add(self, n, videos=3, subscribers=5000, **more):
        key = channel_id(n)
        self.channels[key] = {
            "handle": f"@vegan.maker{n}", "title": f"Vegan maker {n}", "bio": "vegan fitness, made up", "country": "US",
            "subscribers": subscribers + n, "hidden": False, "gone": False, "videos": [self.video(key, v) for v in range(videos)], **more}
        return key

    @staticmethod
    def video(channel, n, **more):
        return {"id": f"v{channel[-6:]}{n:04d}", "likes": 100 + n, "comments": 10, "views": 4000 + n, "tags": ["vegan", "fitness"],
                "duration": "PT4M13S", "live": "none", "at": f"2026-10-{1 + n % 27:02d}T10:00:00Z", **more}

    def page(self, items, query, size):
        at = int(query.get("pageToken", "at0")[2:])
        page = {"kind": "made#up", "pageInfo": {"totalResults": len(items), "resultsPerPage": size}, "items": items[at:at + size]}
        return {**page, "nextPageToken": f"at{at + size}"} if at + size < len(items) else page

    def search(self, query):
        video = query["type"] == "video"
        keys = self.by_video if video else [k for k in self.channels if k not in self.by_video]
        size = int(query["maxResults"])
        return self.page([{"id": {"kind": "youtube#video", "videoId": f"x{k[-5:]}"} if video else {"kind": "youtube#channel", "channelId": k},
                           "snippet": {"channelId": k, "title": self.channels[k]["title"]}} for k in keys], query, size)

    def channel(self, key):
        c = self.channels[key]
        statistics = {"viewCount": "123456", "hiddenSubscriberCount": c["hidden"], "videoCount": str(len(c["videos"]))}
        statistics["subscriberCount"] = "0" if c["hidden"] else str(c["subscribers"])
        snippet = {"title": c["title"], "description": c["bio"], "publishedAt": "2020-02-03T04:05:06.789Z",
                   "thumbnails": {"default": {"url": f"https://pictures.invalid/{key}.jpg", "width": 88}}, "country": c["country"]}
        if c["handle"]:
            snippet["customUrl"] = c["handle"]
        return {"kind": "youtube#channel", "id": key, "snippet": snippet, "statistics": statistics,
                "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU" + key[2:]}}}

    def list_channels(self, query):
        ids = query["id"].split(",")
        assert len(ids) <= PAGE
        return {"items": [self.channel(k) for k in reversed(ids) if k in self.channels and not self.channels[k]["gone"]]}

    def list_playlist(self, query):
        videos = self.channels["UC" + query["playlistId"][2:]]["videos"]
        newest = sorted(videos, key=lambda v: v["at"], reverse=True)
        return self.page([{"contentDetails": {"videoId": v["id"], "videoPublishedAt": v["at"]}} for v in newest], query, PAGE)

    def list_videos(self, query):
        wanted = query["id"].split(",")
        assert len(wanted) <= PAGE
        return {"items": [self.show_video(key, v) for key, c in self.channels.items() for v in c["videos"]
                          if v["id"] in wanted and not v.get("private")]}

    @staticmethod
    def show_video(key, v):
        names = {"viewCount": "views", "likeCount": "likes", "commentCount": "comments"}
        return {"id": v["id"], "snippet": {"publishedAt": v["at"], "channelId": key, "title": "Vegan squats", "description": "line\nline #vegan",
                                           "tags": v["tags"], "liveBroadcastContent": v["live"]},
                "contentDetails": {"duration": v["duration"]},
                "statistics": {name: str(v[of]) for name, of in names.items() if v[of] is not None}}

    def answer(self, path, query, headers):
        if headers.get("X-Goog-Api-Key") != self.KEY:
            refused = google_error(400, "badRequest", "API key not valid. Please pass a valid API key.")
            refused["error"]["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
            return 400, refused
        does = {"/search": self.search, "/channels": self.list_channels, "/playlistItems": self.list_playlist, "/videos": self.list_videos}
        return 200, does[path.removeprefix("/youtube/v3")](query)


class Instagram(Platform):
    TOKEN, USER = "made-up-token-of-nobody", "17841400000000001"

    def __init__(self):
        super().__init__()
        self.accounts, self.usage = {}, None

    def add(self, username, media=3, followers=7000, **more):
        n = len(self.accounts) + 1
        self.accounts[username] = {
            "id": f"178414{n:011d}", "username": username, "name": f"Maker {n}", "biography": "vegan fitness, made up",
            "website": f"https://{username}.example.invalid/", "profile_picture_url": "https://pictures.invalid/p.jpg",
            "followers_count": followers, "follows_count": 12, "media_count": media, **more,
            "media": [{"id": f"1800{n:04d}{m:06d}", "caption": "squats #vegan", "media_type": ("IMAGE", "VIDEO", "CAROUSEL_ALBUM")[m % 3],
                       "timestamp": f"2026-10-{1 + m % 27:02d}T10:00:00+0000", "permalink": f"https://instagram.invalid/p/{n}{m}/",
                       "like_count": 200 + m, "comments_count": 20} for m in range(media)]}

    def answer(self, path, query, headers):
        if headers.get("Authorization") != f"Bearer {self.TOKEN}":
            return 400, {"error": {"message": "Invalid OAuth access token", "type": "OAuthException", "code": 190}}
        assert path == f"/v21.0/{self.USER}"
        asked = re.fullmatch(r"business_discovery\.username\(([^)]*)\)\{.*,media(?:\.after\(([^)]*)\))?\.limit\((\d+)\)\{[a-z_,]*\}\}",
                             query["fields"])
        username, after, limit = asked[1], int((asked[2] or "c0")[1:]), int(asked[3])
        if username not in self.accounts:
            return 400, {"error": {"message": "Invalid user id", "type": "OAuthException", "code": 110, "error_subcode": 2207013}}
        account = dict(self.accounts[username])
        media = account["media"]
        account["media"] = {"data": media[after:after + limit], "paging": {"cursors": {}}}
        if after + limit < len(media):
            account["media"]["paging"]["cursors"]["after"] = f"c{after + limit}"
        return 200, {"business_discovery": account, "id": self.USER}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *args):
        pass

    def do_GET(self):
        platform = self.server.platform
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        with platform.lock:
            platform.requests.append((url.path, query, dict(self.headers)))
            fault = platform.take_fault(url.path)
            status, body = platform.answer(url.path, query, self.headers) if not fault or fault.cut else (fault.status, fault.body)
        self.reply(status, body, fault)

    def reply(self, status, body, fault):
        data = json.dumps(body).encode() if not fault or fault.raw is None else fault.raw
        length = len(data)
        if fault:
            time.sleep(fault.sleep)
            data = data[:len(data) // 2] if fault.cut else data
            length = len(data)
        headers = {"Content-Type": "application/json", "Content-Length": str(length), **(fault.headers if fault else {})}
        usage = getattr(self.server.platform, "usage", None)
        if usage:
            headers["X-Business-Use-Case-Usage"] = usage
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)


@contextlib.contextmanager
def serve(platform):
    """The platform's address while it runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.platform = platform
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
