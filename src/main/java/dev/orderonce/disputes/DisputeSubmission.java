package dev.orderonce.disputes;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a page sends to dispute an order, before anything in it is believed. */
@Schema(name = "DisputeSubmission", additionalProperties = Schema.False.class)
public record DisputeSubmission(
        @Schema(
                required = true,
                enumeration = {"DUPLICATE", "NOT_MINE"},
                description = "DUPLICATE: the order is another one once more. NOT_MINE: the buyer did not place it")
        @Nullable String kind,

        @Schema(
                nullable = true,
                examples = "0K3M7Q-XW52TB-9H4NRC",
                description = "With DUPLICATE: the number of that other order of the buyer")
        @Nullable String duplicateOf,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = SendMessage.LONGEST_TEXT,
                description = "What the buyer has to say about it")
        @Nullable String message) {}
