/* Pages: text cannot become markup, words are written as people write them, figures of one page share no
 * name, and words that are linked are explained. (tests/report.sh reads whole pages.) */
#include "tests/analysis/handmade.h"
#include "tests/experiment.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/glossary.h"
#include "analysis/page/html.h"
#include "analysis/page/overview.h"
#include "analysis/page/svg.h"
#include "analysis/text/words.h"

/* What it prints. Free with free(). */
static char *printed(void (*print)(FILE *out, const char *text), const char *text) {
    char *page;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    print(out, text);
    fclose(out);
    return page;
}

static void check_printed(void (*print)(FILE *out, const char *text), const char *text,
                          const char *expected) {
    char *page = printed(print, text);
    assert_string_equal(page, expected);
    free(page);
}

static void text_is_no_markup(void **state) {
    (void)state;
    check_printed(html_text, "</pre><b a='1' c=\"2\">&amp;",
                  "&lt;/pre&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
    check_printed(html_text, "Λ\n\t\x01\x1b[1m\x7f", "Λ\n\t\uFFFD\uFFFD[1m\uFFFD");
    check_printed(html_text, "\xff\xc3(\xc2\x85", "\uFFFD\uFFFD(\uFFFD");
    check_printed(html_text, NULL, "");
    check_printed(html_math, "<i>^2 `<b>`", "&lt;i&gt;<sup>2</sup> <code>&lt;b&gt;</code>");
    check_printed(html_math, "x^(<b> <i>)", "x<sup>&lt;b&gt; &lt;i&gt;</sup>");
    check_printed(html_plain, "\"Lambda^typ\"", "&quot;Λ^typ&quot;");
}

static void words_are_written_as_people_do(void **state) {
    static const char *const pair[][2] = {
        {"beta_c/Lambda^typ", "β<sub>c</sub>/Λ<sup>typ</sup>"},
        {"(log n)^0.4988 +- 0.0054", "(log n)<sup>0.4988</sup> ± 0.0054"},
        {"n = 2^8 .. e^100000", "n = 2<sup>8</sup> … e<sup>100000</sup>"},
        {"(log n)^-0.5 -> inf, infinite", "(log n)\u2060<sup>−0.5</sup> → ∞, infinite"},
        {"n^(2/(d-1)) and n^omega", "n<sup>2/(d-1)</sup> and n<sup>ω</sup>"},
        {"p_(2)/p_(1), N_n(t), Y_2", "p<sub>(2)</sub>/p<sub>(1)</sub>, N<sub>n</sub>(t), Y<sub>2</sub>"},
        {"xi_Delta, log_n^1", "ξ<sub>Δ</sub>, (log n)<sup>1</sup>"},
        {"1e300, 3.16e7, 8e-07", "10<sup>300</sup>, 3.16×10<sup>7</sup>, 8×10<sup>−7</sup>"},
        {"-1.5 and (-2), x-2, 1 - <q,ATT>", "−1.5 and (−2), x-2, 1 − ⟨q,ATT⟩"},
        {"top_two_ratio=0.5, gumbel-log2, gumbel-beta", "top_two_ratio=0.5, gumbel-log2, gumbel-beta"},
        {"betamax, alphabet, 12e", "betamax, alphabet, 12e"},
        {"2^-(r f), as ^0, a^, _", "2\u2060<sup>-(r f)</sup>, as power 0, a^, _"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        check_printed(html_math, pair[i][0], pair[i][1]);
    }
}

static const char drawn[] =
    "<?xml version=\"1.0\"?>\n<svg \n width=\"5\" height=\"4\"\n viewBox=\"0 0 5 "
    "4\"\n>\n<title>Gnuplot</title>\n"
    "<desc>by</desc>\n<g id=\"gnuplot_canvas\">\n<rect x=\"0\" fill=\"none\"/>\n<defs>\n\t<circle id='a' "
    "r='1'/>\n\t<path id='b' "
    "d='M0,0'/>\n"
    "<filter id='f' x='0'>\n<feFlood/>\n</filter>\n</defs>\n<g fill=\"none\">\n</g>\n<g><g>\n</g>\n</g>\n"
    "<polygon fill = 'rgb( 68,   1, 255)' points = '1,2  3,4 '/>\n"
    "<polygon fill = 'rgb(  0,   0,   1)' points = '1.5,9 2,9 2,8 1.5,8 '/>\n"
    "<polygon fill = 'rgb(  0,   0,   2)' points = '1.5,8 2,8 2,7 1.5,7 '/>\n"
    "<polygon fill = 'rgb(  0,   0,   3)' points = '1.5,7 2,7 2,6 1.5,6 '/>\n<use xlink:href='#a' x='1'/>\n"
    "<text font-family='x'>two  words &lt;</text>\n</g>\n</svg>\n";

static void print_drawn(FILE *out, const char *document) {
    svg_print(out, document, "k:", "beta <1>", "Lambda_n");
}

static void figures_have_names_of_their_own(void **state) {
    static const char head
        [] = "<svg fill=\"none\" color=\"black\" stroke=\"currentColor\" role=\"img\" aria-labelledby=\"k:t "
             "k:d\" viewBox=\"0 0 5 4\"><title id=\"k:t\">β "
             "&lt;1&gt;</title><desc id=\"k:d\">Λ_n</desc>",
    body[] =
        "<g><defs><circle id=\"k:a\" r=\"1\"/></defs><polygon fill=\"#4401ff\" points=\"1,2 3,4\"/>"
        "<path fill=\"#000001\" d=\"M1.5 9h0.5V7h-0.5z\"/><path fill=\"#000003\" d=\"M1.5 7h0.5V6h-0.5z\"/>"
        "<use href=\"#k:a\" x=\"1\"/><text>two  words &lt;</text></g></svg>\n";
    (void)state;
    char *page = printed(print_drawn, drawn);
    assert_memory_equal(page, head, strlen(head));
    assert_string_equal(page + strlen(head), body);
    free(page);
}

/* Cut anywhere, it stays within its element and its memory. */
static void cut_documents_are_survived(void **state) {
    (void)state;
    for (size_t length = 0; length < strlen(drawn); length++) {
        char *cut = calloc(length + 1, 1);
        memcpy(cut, drawn, length);
        char *page = printed(print_drawn, cut);
        assert_string_equal(page + strlen(page) - 7, "</svg>\n");
        free(page);
        free(cut);
    }
}

static void linked_words_are_explained(void **state) {
    char *list, *link;
    size_t size;
    FILE *out = open_memstream(&list, &size);
    (void)state;
    glossary_print(out);
    fclose(out);
    for (enum glossary term = GLOSSARY_NONE + 1; term < GLOSSARY_END; term++) {
        char target[64], id[80];
        out = open_memstream(&link, &size);
        glossary_link(out, term, NULL);
        fclose(out);
        assert_int_equal(sscanf(link, "<a class=\"term\" href=\"#%63[^\"]\"", target), 1);
        snprintf(id, sizeof id, "<div id=\"%s\"><dt>", target);
        assert_non_null(strstr(list, id));
        free(link);
    }
    free(list);
}

/* Of collapse points and of prescriptions. */
static void the_p_that_decides_is_told(void **state) {
    (void)state;
    for (int along = 0; along < 2; along++) {
        struct results *results = experiment_run(handmade_judged[along]);
        struct study study = handmade_study(results, "a.h5");
        const struct verdict *v = &study.verdict[0];
        char told[WORDS], *page;
        size_t size;
        words_number(along ? v->prescribed.exact_joint_p : v->exact_joint_p, told);
        FILE *out = open_memstream(&page, &size);
        overview_print(out, &study);
        fclose(out);
        if (!strstr(page, told)) { fail_msg("no %s", told); }
        free(page);
        handmade_free(&study, results);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_no_markup),
        cmocka_unit_test(words_are_written_as_people_do),
        cmocka_unit_test(figures_have_names_of_their_own),
        cmocka_unit_test(cut_documents_are_survived),
        cmocka_unit_test(linked_words_are_explained),
        cmocka_unit_test(the_p_that_decides_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
