/**
 * Background work: a {@link dev.orderonce.jobs.Job} is a name, an interval and a function. Features register theirs as
 * beans; {@link dev.orderonce.jobs.Resume}, {@link dev.orderonce.jobs.Purge} and {@link dev.orderonce.jobs.Gauge} are
 * the functions that several of them share.
 */
@NullMarked
package dev.orderonce.jobs;

import org.jspecify.annotations.NullMarked;
