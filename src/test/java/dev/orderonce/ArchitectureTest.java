package dev.orderonce;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.orderonce.postgres.Reads;
import io.quarkus.hibernate.reactive.panache.Panache;
import jakarta.persistence.Entity;
import java.util.List;
import java.util.regex.Pattern;
import org.hibernate.annotations.Immutable;
import org.junit.jupiter.api.Test;

/** Packages import only downwards, and stores are used only within their package. */
class ArchitectureTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.orderonce");

    private static final Pattern WRITES = Pattern.compile("(?:persist|delete|update|flush|withTransaction).*");

    /** From the top down: a package may import those after it. */
    private static final List<String> TOP_DOWN = List.of(
            "embedded",
            "health",
            "statistics",
            "disputes",
            "duplicates",
            "payments",
            "webhooks",
            "orders",
            "work",
            "events",
            "issuing",
            "admission",
            "numbers",
            "idempotency",
            "locks",
            "jobs",
            "postgres",
            "redis",
            "stores",
            "identity",
            "http",
            "money",
            "config");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.orderonce.(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void storesArePackagePrivate() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Store")
                .and()
                .areNotEnums()
                .should()
                .bePackagePrivate()
                .check(CODE);
    }

    @Test
    void poolAndHibernate_neverInOneClass() {
        noClasses()
                .that(usePackage("io.quarkus.hibernate"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.sqlclient..")
                .check(CODE);
    }

    /** Final: a proxy's class would have fields that are named by chance, and no two builds would be the same. */
    @Test
    void entitiesAreReadInTheirPackageAlone() {
        classes()
                .that()
                .areAnnotatedWith(Entity.class)
                .should()
                .bePackagePrivate()
                .andShould()
                .haveModifier(JavaModifier.FINAL)
                .andShould()
                .beAnnotatedWith(Immutable.class)
                .andShould()
                .haveSimpleNameEndingWith("Entity")
                .check(CODE);
    }

    /** {@code Reads} has the timeout, the session and the failures of every read. */
    @Test
    void sessionsAreOpenedInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Reads.class.getName())
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(Panache.class.getName())
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("org.hibernate.reactive..")
                .check(CODE);
    }

    @Test
    void hibernateWritesNothing() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "write through Panache",
                        call -> call.getTargetOwner()
                                        .getPackageName()
                                        .startsWith("io.quarkus.hibernate.reactive.panache")
                                && WRITES.matcher(call.getName()).matches()))
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "write through an entity",
                        call -> call.getTargetOwner().isAnnotatedWith(Entity.class)
                                && WRITES.matcher(call.getName()).matches()))
                .check(CODE);
    }

    private static DescribedPredicate<JavaClass> usePackage(String name) {
        return DescribedPredicate.describe(
                "use " + name,
                type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(use -> use.getTargetClass().getPackageName().startsWith(name)));
    }

    @Test
    void importsRunOneWay() {
        for (int i = 1; i < TOP_DOWN.size(); i++) {
            String[] above = TOP_DOWN.subList(0, i).stream()
                    .map(name -> "dev.orderonce." + name + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.orderonce." + TOP_DOWN.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .check(CODE);
        }
    }
}
