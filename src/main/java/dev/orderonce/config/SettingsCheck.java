package dev.orderonce.config;

import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Checks the given settings before anything starts: their names, their types and the rules of their values. */
public final class SettingsCheck {
    /** Above every place of a setting; system properties have 400. */
    private static final int ABOVE_ALL = 1000;

    /** Above the converters of the libraries. */
    private static final int OURS = 1000;

    private static final Set<String> TRUE = Set.of("true", "yes", "on", "y", "t", "1");
    private static final Set<String> FALSE = Set.of("false", "no", "off", "n", "f", "0");

    private final Config given;
    private final Collection<Group<?>> groups;
    private final Map<String, String> assumed;
    private final Collection<String> others;

    /**
     * The settings of one interface.
     *
     * @param rules adds a sentence for each value that cannot be used: the setting's name, a colon, and what can be
     *     used
     */
    public record Group<S>(Class<S> settings, BiConsumer<S, Consumer<String>> rules) {
        /** One whose values have no rules beyond their types. */
        public Group(Class<S> settings) {
            this(settings, (_, _) -> {});
        }

        private void check(SmallRyeConfig config, Consumer<String> wrong) {
            rules.accept(config.getConfigMapping(settings), wrong);
        }
    }

    /**
     * Prepares a check.
     *
     * @param given the settings
     * @param others names of settings that no group has
     * @param assumed values of settings that are not given and will be, or are reported elsewhere as missing
     */
    public SettingsCheck(
            Config given, Collection<Group<?>> groups, Collection<String> others, Map<String, String> assumed) {
        this.given = given;
        this.groups = List.copyOf(groups);
        this.assumed = Map.copyOf(assumed);
        this.others = List.copyOf(others);
    }

    /** Returns what is wrong with the given settings, a sentence without a full stop for each. */
    public List<String> problems() {
        List<String> sentences = new ArrayList<>();
        try {
            SmallRyeConfig config = config(groups);
            groups.forEach(group -> group.check(config, sentences::add));

        } catch (ConfigValidationException _) {
            groups.forEach(group -> check(group, sentences::add));
        }
        sentences.addAll(misspelt());
        return sentences.stream().distinct().toList();
    }

    /** One group without the others: a value that cannot be converted hides no rule of another group. */
    private void check(Group<?> group, Consumer<String> wrong) {
        try {
            group.check(config(List.of(group)), wrong);
        } catch (ConfigValidationException invalid) {
            for (int i = 0; i < invalid.getProblemCount(); i++) {
                wrong.accept(SettingProblem.sentence(invalid.getProblem(i).getMessage(), names()));
            }
        }
    }

    private SmallRyeConfig config(Collection<Group<?>> checked) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                // The library's converter takes every word that it does not know for false.
                .withConverter(Boolean.class, OURS, SettingsCheck::truth)
                // A mapping of the framework has some of its settings only.
                .withMappingIgnore("quarkus.**")
                .withSources(new PropertiesConfigSource(assumed, "assumed", ABOVE_ALL));
        given.getConfigSources().forEach(builder::withSources);
        checked.forEach(group -> builder.withMapping(group.settings()));
        return builder.build();
    }

    private static boolean truth(String value) {
        String word = value.strip().toLowerCase(Locale.ROOT);
        if (!TRUE.contains(word) && !FALSE.contains(word)) {
            throw new IllegalArgumentException("write true or false");
        }
        return TRUE.contains(word);
    }

    /** The names of the service's own settings. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>(others);
        for (Group<?> group : groups) {
            ConfigClass mapping = ConfigClass.configClass(group.settings());
            if (!mapping.getPrefix().startsWith("quarkus.")) {
                names.addAll(mapping.getProperties().keySet());
            }
        }
        names.removeIf(name -> name.contains("*"));
        return names;
    }

    /**
     * Settings that no mapping reports, because their first word is wrong or because they are variables of the
     * environment, where other programs have names too: only those that are nearly the name of a setting that is not
     * given.
     */
    private List<String> misspelt() {
        Set<String> names = names();
        List<String> absent = names.stream()
                .filter(name -> given.getConfigValue(name).getValue() == null)
                .toList();
        List<String> sentences = new ArrayList<>();
        for (ConfigSource source : given.getConfigSources()) {
            boolean isEnvironment = source instanceof EnvConfigSource;
            Collection<String> known = isEnvironment
                    ? names.stream().map(RequiredSettings::variable).toList()
                    : names;
            for (String name : source.getPropertyNames()) {
                // The library also lists a variable under the name that the setting would have.
                boolean isItsOwn = !isEnvironment || name.equals(name.toUpperCase(Locale.ROOT));
                if (isItsOwn
                        && !known.contains(name)
                        && absent.stream().anyMatch(setting -> Spelling.isSlip(name, setting))) {
                    sentences.add(SettingProblem.unknown(name, known));
                }
            }
        }
        return sentences;
    }
}
