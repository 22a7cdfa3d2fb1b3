package dev.orderonce.testkit;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.orderonce.http.Outcome;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The labels of outcomes in metrics. */
public final class Labels {
    private Labels() {}

    /** The labels of every outcome of the service that is a record. */
    public static Set<String> all() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.orderonce").stream()
                        .filter(type -> type.isAssignableTo(Outcome.class) && type.isRecord())
                        .map(JavaClass::reflect)
                        .map(Labels::label)
                        .collect(Collectors.toSet());
    }

    /** The labels of one sealed outcome. */
    public static Set<String> of(Class<? extends Outcome> outcome) {
        return Stream.of(outcome.getPermittedSubclasses()).map(Labels::label).collect(Collectors.toSet());
    }

    private static String label(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            Object[] nothing = Arrays.stream(constructor.getParameterTypes())
                    .map(parameter -> Array.get(Array.newInstance(parameter, 1), 0))
                    .toArray();
            return ((Outcome) constructor.newInstance(nothing)).label();
        } catch (ReflectiveOperationException unusable) {
            throw new IllegalStateException(type + " cannot be made", unusable);
        }
    }
}
