package dev.orderonce.fuzz;

import static dev.orderonce.fuzz.Known.any;
import static dev.orderonce.fuzz.Request.bytes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Mutates a sound request in one or two places, as a faulty client, a proxy or an attacker may do. */
final class Mutator {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_BODY = 128 * 1024;

    /** {@code quarkus.http.limits.max-header-size}. */
    private static final int MOST_HEADER_BYTES = 32 * 1024;

    private static final String MARK = "@mutated@";

    private static final Pattern REPEATED = Pattern.compile("(.)\\{([0-9]+)}");

    private static final List<String> SEGMENTS = items("""
                    ..  .  %2e%2e  ;x=1  %00  %0d%0a  %zz  %  a%20b  %C3%A9t%C3%A9  %F0%9F%8D%B5  %FF%FE  %ED%A0%80
                    %2F  %5c  null  -1  9223372036854775808  'or'1'='1  {number}  *  "<x>"  |^`  a&b=c  a+b:@!$'()~
                    0K3M7Q-XW52TB-9H4NRX  0k3m7qxw52tb9h4nrc  x{300}  x{3900}  x{4500}
                    """);

    /** Request targets that HTTP does not allow, or that are longer than the HTTP server reads. */
    private static final List<String> BROKEN = List.of("a b", "\t", bytes("é"), "\\", "\0", "\u007f", "x".repeat(9000));

    private static final List<String> TARGETS = items("""
                    %s/  %s//  /%s  %s/..  %s/.  /.%s  /x/..%s  %s/x  %s;a=b  %s#x  %s?  http://elsewhere.example%s
                    *  /nowhere  /q/metrics  /%%6frders
                    """);

    private static final List<String> QUERIES = items("""
                    limit=99999999999999999999  limit=-1  limit=0  limit=101  limit=1e3  limit=  limit  limit=%D9%A3
                    limit=1&limit=2  unknown=1  %zz  after=%zz  after=%  after=%00  after=%ED%A0%80  after=%FF  after=A{400}
                    &&&  =  =&a  ?  ttl=0  ttl=-1  ttl=31536001  state=NONE  state=open  overdue=maybe  score=101  score=x
                    buyer=%F0%9F%8D%B5  buyer=b{300}  checkout=  checkout=%0a  checkout=a;b  checkout=%00%ED%A0%80
                    checkout=c{129}  checkout=c{4200}
                    """);

    private static final List<String> HEADERS = items("""
                    Idempotency-Key:  Idempotency-Key: short  Idempotency-Key: "a-key-in-quotation-marks"
                    Idempotency-Key: "a-key-that-does-not-end  Idempotency-Key: a-key-with-parameters;a=b
                    Idempotency-Key: one-key-of-two-differing, two-keys-of-two-differing
                    Idempotency-Key: a key with spaces in between  Idempotency-Key: k{256}
                    Authorization:  Authorization: Bearer  Authorization: Bearer x  Authorization: Bearer a.b.c
                    Authorization: Bearer eyJhbGciOiJub25lIn0.e30.  Authorization: Bearer ....  Authorization: Bearer x{15000}
                    Authorization: Basic YTpi
                    Content-Type:  Content-Type: text/plain  Content-Type: application/json; charset=utf-16
                    Content-Type: application/json; charset=none  Content-Type: application/json;;  Content-Type: */*
                    Content-Type: APPLICATION/JSON  Content-Type: application/problem+json  Content-Type: garbage
                    Content-Type: multipart/form-data  Content-Type: application/x-www-form-urlencoded  Content-Encoding: gzip
                    Accept:  Accept: image/png  Accept: text/html  Accept: garbage  Accept: a/b/c  Accept: */*;q=0
                    Accept: application/json;q=x  Accept: a,{2000}*/*  Accept-Encoding: gzip  Accept-Charset: none
                    Sec-Purpose: prefetch  Sec-Purpose: prefetch;prerender
                    Host:  Host: evil example  Host: [::1  Host: a:999999  Host: a/b
                    Expect: 100-continue  Expect: 200-ok  TE: trailers  Range: bytes=0-1  Cookie: a=b; ;;=
                    Connection: close  Connection: Upgrade, HTTP2-Settings  Upgrade: h2c  Upgrade: websocket
                    If-None-Match: *  If-Modified-Since: yesterday  Origin: https://evil.example
                    Access-Control-Request-Method: PUT  Forwarded: for=1.1.1.1;host=evil.example;proto=x
                    X-Forwarded-Host: evil.example  X-Forwarded-Prefix: /..  X-HTTP-Method-Override: DELETE
                    traceparent: 00-zz-zz-zz  Last-Event-ID: 0  Last-Event-ID: A{4000}  X-Long: x{17000}
                    Payment-Signature: t=1,v1=00  Payment-Signature: t=999999999999,v1=0{64}
                    """);

    /** Header lines that HTTP does not allow, or more than the HTTP server reads. */
    private static final List<String> BROKEN_HEADERS = List.of(
            "NoColon",
            " folded: x",
            "X: 1\r\n folded",
            "Na me: x",
            ": x",
            "X: a\0b",
            "X: \u0001",
            "X: a\rb",
            bytes("X: é"),
            bytes("é: x"),
            "X-Long: " + "x".repeat(40_000));

    /** Raw JSON values; also invalid ones, and bytes that are no UTF-8. */
    private static final List<String> VALUES = items("""
                    null  true  ""  " "  "x"  []  {}  [null]  [{}]  0  -0  -1  1.0  1.5  1e3  1e9999999999  -1e-9999999999
                    9007199254740993  9223372036854775808  9{1001}  01  NaN  Infinity  "\\u0000"  "\\u001b\\u202e"
                    "\\ud800"  "\\udc00\\ud800"  "\\u00"  "\\x"  "\t"  "\u00ff\u00fe"  "\u00c0\u0080"  "\u00ed\u00a0\u0080"
                    "x{300}"  "x{9000}"  [{100}]{100}  [{5000}]{5000}
                    """);

    private static final List<String> BODIES = items("""
                    null  []  {}  "x"  1e9999999999  {  \0  x=1&y=2  [{20000}
                    """);

    private static final List<String> METHODS = items("""
                    GET  POST  PUT  PATCH  DELETE  HEAD  OPTIONS  TRACE  CONNECT  PROPFIND  get  A{30}
                    """);

    private final SoundRequests sound;

    Mutator(SoundRequests sound) {
        this.sound = sound;
    }

    /** The text between two spaces or at the end of a line; {@code x{3}} means {@code xxx}. */
    private static List<String> items(String table) {
        String all = REPEATED.matcher(table.strip()).replaceAll(found -> {
            int times = Integer.parseInt(found.group(2));
            return Matcher.quoteReplacement(found.group(1).repeat(times));
        });
        return List.of(all.split(" {2,}|\n", -1));
    }

    void mutate(Request request, Random random) {
        for (int i = random.nextInt(2); i >= 0; i--) {
            switch (random.nextInt(8)) {
                case 0 -> mutatePath(request, random);
                case 1 -> mutateQuery(request, random);
                case 2, 3 -> mutateHeaders(request, random);
                case 4, 5 -> mutateBody(request, random);
                case 6 -> {
                    request.method = any(METHODS, random);
                    request.mutation += " method";
                }
                default -> mutateDelivery(request, random);
            }
        }
        if (random.nextInt(6) == 0) {
            mutateFraming(request, random);
        }
        // Two long header lines may together be more than the HTTP server reads.
        request.isNotHttp |= request.headerBytes() > MOST_HEADER_BYTES;
    }

    /** Now and then a target that the HTTP server may refuse itself; else one that reaches the service. */
    private static String maybeBroken(Request request, List<String> allowed, List<String> broken, Random random) {
        if (random.nextInt(10) == 0) {
            request.isNotHttp = true;
            return any(broken, random);
        }
        return any(allowed, random);
    }

    private static void mutatePath(Request request, Random random) {
        request.mutation += " path";
        int question = request.target.indexOf('?');
        String path = question < 0 ? request.target : request.target.substring(0, question);
        String query = question < 0 ? "" : request.target.substring(question);
        if (random.nextInt(3) == 0) {
            request.target = any(TARGETS, random).formatted(path) + query;
            return;
        }
        String[] segments = path.split("/", -1);
        if (segments.length > 1) {
            segments[1 + random.nextInt(segments.length - 1)] = maybeBroken(request, SEGMENTS, BROKEN, random);
        }
        request.target = String.join("/", segments) + query;
    }

    private static void mutateQuery(Request request, Random random) {
        request.mutation += " query";
        String query = maybeBroken(request, QUERIES, BROKEN, random);
        request.target += (request.target.indexOf('?') < 0 ? '?' : '&') + query;
    }

    private void mutateHeaders(Request request, Random random) {
        request.mutation += " headers";
        if (request.headers.isEmpty()) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> request.headers.remove(random.nextInt(request.headers.size()));
            case 1 -> request.headers.add(any(List.copyOf(request.headers), random));
            case 2 -> request.replace("Authorization: " + authorization(random));
            default -> {
                String line = maybeBroken(request, HEADERS, BROKEN_HEADERS, random);
                if (random.nextInt(4) == 0) {
                    request.headers.add(random.nextInt(request.headers.size() + 1), line);
                } else {
                    request.replace(line);
                }
                request.isLast |= line.startsWith("Connection") || line.startsWith("Upgrade");
            }
        }
    }

    /** A token of any role, in a spelling that may not be the right one. */
    private String authorization(Random random) {
        String token = sound.token(any(SoundRequests.ROLES, random));
        return switch (random.nextInt(6)) {
            case 0 -> "bearer " + token;
            case 1 -> "Bearer  " + token;
            case 2 -> "Bearer " + token + any(List.of("*", "=", "A", ".", " x"), random);
            case 3 -> "Bearer " + token.substring(0, token.length() / 2);
            case 4 -> "Bearer " + token.toUpperCase(Locale.ROOT);
            default -> "Bearer " + token;
        };
    }

    private void mutateBody(Request request, Random random) {
        request.mutation += " body";
        if (!request.has("Content-Type")) {
            request.headers.add("Content-Type: application/json");
        }
        request.body = mutatedBody(request.body, random);
        request.mayBeClosed |= request.body.length() > LARGEST_BODY / 8;
        if (random.nextInt(4) > 0) {
            sound.sign(request);
        }
    }

    private static String mutatedBody(String body, Random random) {
        return switch (random.nextInt(16)) {
            case 0 -> any(BODIES, random);
            case 1 -> "";
            case 2 -> body.substring(0, random.nextInt(body.length() + 1));
            case 3 -> body + any(List.of(body, "x", "{}", "\0", " \r\n\t"), random);
            case 4 -> "\u00ef\u00bb\u00bf" + body; // a byte order mark
            case 5 -> latin1(utf8(body).getBytes(StandardCharsets.UTF_16));
            case 6 -> twiceTheFirstMember(body);
            case 7 ->
                // The largest accepted body, or one byte more.
                " ".repeat(Math.max(0, LARGEST_BODY + random.nextInt(2) - body.length())) + body;
            default -> mutatedMember(body, random);
        };
    }

    private static String twiceTheFirstMember(String body) {
        int colon = body.indexOf(':');
        return body.startsWith("{\"") && colon > 0
                ? body.substring(0, colon) + ":1," + body.substring(1)
                : "{\"a\":1,\"a\":2}";
    }

    /** Removes a member, or changes its value, at any depth. */
    private static String mutatedMember(String body, Random random) {
        try {
            JsonNode root = JSON.readTree(utf8(body));
            List<ObjectNode> objects = new ArrayList<>();
            collectObjects(root, objects);
            if (!objects.isEmpty()) {
                ObjectNode object = any(objects, random);
                List<String> names = new ArrayList<>(List.of("surprise", "__proto__"));
                object.properties().forEach(member -> names.add(member.getKey()));
                String name = any(names, random);
                if (random.nextInt(5) == 0) {
                    object.remove(name);
                } else {
                    object.put(name, MARK);
                }
                return bytes(root.toString()).replace('"' + MARK + '"', any(VALUES, random));
            }
        } catch (JsonProcessingException unreadable) {
            // It was mutated before: it gets another body.
        }
        return "{\"a\":" + any(VALUES, random) + "}";
    }

    private static void collectObjects(JsonNode node, List<ObjectNode> objects) {
        if (node instanceof ObjectNode object) {
            objects.add(object);
        }
        node.forEach(child -> collectObjects(child, objects));
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Sends it slowly, or not to its end. */
    private static void mutateDelivery(Request request, Random random) {
        request.mutation += " delivery";
        request.mayBeClosed |= !request.body.isEmpty();
        if (random.nextBoolean()) {
            request.pieces = 2 + random.nextInt(20);
            return;
        }
        int length = request.text().length();
        // A third each: in the headers, in the body, and after all of it, before the answer.
        request.cutAt = switch (random.nextInt(3)) {
            case 0 -> random.nextInt(length);
            case 1 -> length - random.nextInt(request.body.length() + 1);
            default -> length;
        };
    }

    /** However the message is framed, its end is sent: neither side waits for more. */
    private static void mutateFraming(Request request, Random random) {
        String body = request.body;
        String length = "Content-Length: " + body.length();
        String chunked = "Transfer-Encoding: chunked";
        request.mutation += " framing";
        request.isLast = true;
        request.mayBeClosed |= !body.isEmpty();
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> frame(request, chunks(body, random), chunked);
            case 3 -> frame(request, chunks(" ".repeat(LARGEST_BODY + 1 + random.nextInt(9000)), random), chunked);
            case 4 -> request.version = "HTTP/1.0";
            case 5 -> {
                // The remaining bytes are no request.
                frame(request, body + "x\r\n\r\n", length);
                request.mayBeClosed = true;
            }
            case 6 -> {
                frame(request, body, "Content-Length: " + (body.length() + 1));
                request.cutAt = Math.min(request.cutAt, request.text().length());
            }
            case 7 -> {
                request.isNotHttp = true;
                request.version = any(List.of("HTTP/1.9", "HTTP/2.0", "HTTP/0.9", "http/1.1", "X"), random);
            }
            default -> {
                request.isNotHttp = true;
                frameAmbiguously(request, length, chunked, random);
            }
        }
    }

    private static void frameAmbiguously(Request request, String length, String chunked, Random random) {
        String body = chunks(request.body, random);
        switch (random.nextInt(10)) {
            case 0 -> frame(request, body, length, chunked);
            case 1 -> frame(request, body, "Content-Length: -1");
            case 2 -> frame(request, body, "Content-Length: x");
            case 3 -> frame(request, body, "Content-Length: 1", "Content-Length: 2");
            case 4 -> frame(request, body, "Content-Length: +1");
            case 5 -> frame(request, body, "Transfer-Encoding: identity");
            case 6 -> frame(request, body, "Transfer-Encoding: gzip, chunked");
            case 7 -> frame(request, body, "Transfer-Encoding: xchunked");
            case 8 -> frame(request, "zz\r\nx\r\n" + body, chunked);
            default -> request.lineEnd = "\n";
        }
    }

    private static void frame(Request request, String message, String... headers) {
        request.headers.addAll(List.of(headers));
        request.framed = Optional.of(message);
    }

    /** Chunks of odd sizes, with an extension and a trailer now and then. */
    private static String chunks(String body, Random random) {
        StringBuilder chunks = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int size = Math.min(body.length() - at, 1 + random.nextInt(body.length() / 3 + 1));
            chunks.append(Integer.toHexString(size))
                    .append(random.nextInt(4) == 0 ? ";a=\"b\"" : "")
                    .append("\r\n")
                    .append(body, at, at + size)
                    .append("\r\n");
            at += size;
        }
        return chunks.append("0\r\n")
                .append(random.nextInt(4) == 0 ? "X-Trailer: 1\r\n" : "")
                .append("\r\n")
                .toString();
    }
}
