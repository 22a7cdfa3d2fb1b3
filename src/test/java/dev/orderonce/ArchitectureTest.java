package dev.orderonce;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packages import only downwards, and stores are used only within their package. */
class ArchitectureTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.orderonce");

    /** From the top down: a package may import those after it. */
    private static final List<String> TOP_DOWN = List.of(
            "embedded",
            "health",
            "statistics",
            "disputes",
            "duplicates",
            "payments",
            "orders",
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
