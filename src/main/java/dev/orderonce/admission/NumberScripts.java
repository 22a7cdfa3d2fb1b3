package dev.orderonce.admission;

import static dev.orderonce.admission.Limit.NUMBERS_ISSUED;
import static dev.orderonce.admission.Limit.NUMBERS_OUTSTANDING;
import static dev.orderonce.admission.Limit.ORDERS_PLACED;
import static dev.orderonce.redis.RedisScript.PASSING;

import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.redis.RedisScript;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The questions that {@link AdmissionStore} asks Redis, each atomic and one round trip. KEYS are
 * always the buyer's limits, the number, its submits and the content, as many as are needed.
 */
@ApplicationScoped
class NumberScripts {
    /** More than anybody submits by hand; what a program adds says nothing new. */
    static final int MOST_SUBMITS = 100;

    /** How many of the same are kept in mind beside each other. */
    private static final int MOST_EARLIER = 5;

    /** Begins the answer about a lookalike; no number begins with a small letter. */
    static final char ALIKE = 's';

    private static final String MARK_REFUSED = "redis.call('SET', KEYS[2], 't', 'XX', 'KEEPTTL')";

    private final Limits limits;
    private final NumbersSettings settings;
    private final RedisScript issue;
    private final RedisScript admit;
    private final RedisScript ask;
    private final RedisScript giveBack;
    private final RedisScript forget;
    private final RedisScript note;

    NumberScripts(Limits limits, NumbersSettings settings) {
        this.limits = limits;
        this.settings = settings;
        this.issue = new RedisScript("issue", PASSING + issueSource());
        this.admit = new RedisScript("admit", PASSING + noting() + admitSource());
        this.ask = new RedisScript("ask", PASSING + noting() + askSource());
        this.giveBack = new RedisScript(
                "give-back", PASSING + Limits.READ + limits.giveBack(ORDERS_PLACED) + Limits.WRITE + "return 1");
        this.forget = new RedisScript("forget", PASSING + forgetSource());
        this.note = new RedisScript("note", noting() + "note(ARGV[1]) return 1");
    }

    /**
     * Gives the checkout, if there is one, the new number unless it has one. Atomic, because two
     * tabs of one checkout may ask at once and must hear the same. KEYS[3] is the checkout; ARGV:
     * the new number, the number to replace ('' for none).
     */
    RedisScript issue() {
        return issue;
    }

    /**
     * Lets a number in that is to be placed and was not tried before. ARGV: the number, those that
     * are over, and those it is meant to stand beside.
     */
    RedisScript admit() {
        return admit;
    }

    /**
     * The same for a number that was tried before, which counts once, and for one that was never
     * issued because it belongs to a key of the client's own. Of that one nothing is kept if it is
     * refused: there is no end of keys.
     */
    RedisScript ask() {
        return ask;
    }

    /** An order that was counted stood already. */
    RedisScript giveBack() {
        return giveBack;
    }

    /** A number that was not let in is not outstanding any more. */
    RedisScript forget() {
        return forget;
    }

    /** Keeps that it was submitted. ARGV: with what outcome. */
    RedisScript note() {
        return note;
    }

    private String issueSource() {
        return """
        if KEYS[3] then
            local held = redis.call('GET', KEYS[3])
            if held and held ~= ARGV[2] then return held end
        end
        %s %s %s
        if not redis.call('SET', KEYS[2], 'i', 'NX', 'PX', %d) then return false end
        if KEYS[3] then redis.call('SET', KEYS[3], ARGV[1], 'PX', %d) end
        %s %s %s
        return 'i'
        """.formatted(
                        Limits.READ,
                        limits.refuseUnlessFits(NUMBERS_ISSUED, ""),
                        limits.refuseUnlessFits(NUMBERS_OUTSTANDING, ""),
                        settings.ttl().toMillis(),
                        settings.checkoutTtl().toMillis(),
                        limits.fill(NUMBERS_ISSUED),
                        limits.fill(NUMBERS_OUTSTANDING),
                        Limits.WRITE);
    }

    private String admitSource() {
        return """
        local before = redis.call('SET', KEYS[2], 'c', 'XX', 'KEEPTTL', 'GET')
        if before ~= 'i' then
            if before == 't' then redis.call('SET', KEYS[2], 't', 'XX', 'KEEPTTL') end
            note(before and 'again' or 'late')
            return before
        end
        %s %s %s %s %s %s
        return 'i'
        """.formatted(
                        Limits.READ,
                        limits.refuseUnlessFits(ORDERS_PLACED, MARK_REFUSED + " note('limited')"),
                        claimContent(MARK_REFUSED + " note('lookalike')"),
                        limits.fill(ORDERS_PLACED),
                        limits.giveBack(NUMBERS_OUTSTANDING),
                        Limits.WRITE);
    }

    private String askSource() {
        return """
        local before = redis.call('GET', KEYS[2])
        %s
        if before ~= 'c' then %s end
        %s
        if before ~= 'c' then
            %s
            if before then
                %s
                redis.call('SET', KEYS[2], 'c', 'XX', 'KEEPTTL')
            end
            %s
        end
        return 'i'
        """.formatted(
                        Limits.READ,
                        limits.refuseUnlessFits(ORDERS_PLACED, "if before then note('limited') end"),
                        claimContent("if before then note('lookalike') end"),
                        limits.fill(ORDERS_PLACED),
                        limits.giveBack(NUMBERS_OUTSTANDING),
                        Limits.WRITE);
    }

    private String forgetSource() {
        return """
        local before = redis.call('GETDEL', KEYS[2])
        if not before or before == 'c' then return 0 end
        %s %s %s
        return 1
        """.formatted(Limits.READ, limits.giveBack(NUMBERS_OUTSTANDING), Limits.WRITE);
    }

    /** Microseconds and outcome; the time is asked for only here, because most are never noted. */
    private String noting() {
        return """
        local function note(outcome)
            local at = redis.call('TIME')
            local length = redis.call('RPUSH', KEYS[3], at[1] .. string.format('%%06d', at[2]) .. ' ' .. outcome)
            if length == 1 then redis.call('PEXPIRE', KEYS[3], %d)
            elseif length > %d then redis.call('RPOP', KEYS[3]) end
        end
        """.formatted(settings.resubmissionTtl().toMillis(), MOST_SUBMITS);
    }

    /**
     * The first to come is let in, and from then on it is the earlier one, whether it is placed yet
     * or not. Whoever is meant to stand beside it is put before it, so that when it is cancelled
     * the one before that is asked about again. Whoever asks again is about to insert again: the
     * claim is young again. With a window of zero nobody is asked.
     */
    private String claimContent(String before) {
        long window = settings.duplicateWindow().toMillis();
        return window == 0 ? "" : """
                local earlier = passing('SET', KEYS[4], ARGV[1], 'NX', 'PX', %1$d, 'GET')
                if earlier and string.find(earlier, ARGV[1], 1, true) then
                    passing('PEXPIRE', KEYS[4], %1$d)
                elseif earlier then
                    local alive = ''
                    for other in string.gmatch(earlier, '%%w+') do
                        if not string.find(ARGV[2], other, 1, true) then
                            if alive == '' and not string.find(ARGV[3], other, 1, true) then
                                %2$s
                                return '%3$s' .. other .. ':' .. redis.call('PTTL', KEYS[4])
                            end
                            if #alive < %4$d then alive = alive .. ' ' .. other end
                        end
                    end
                    passing('SET', KEYS[4], ARGV[1] .. alive, 'PX', %1$d)
                end
                """.formatted(window, before, ALIKE, MOST_EARLIER * (1 + OrderNumber.LENGTH));
    }
}
