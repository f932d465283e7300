// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template.h"

#include <limits>
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/yaml_text.h"
#include "tests/fakes/promtool.h"
#include "tests/fakes/scratch_folder.h"

namespace slowburn {
namespace {

// As promtool gives it to the templates below.
TemplateData Data() {
  TemplateData data;
  data.labels = {{"__name__", "m"}, {"inst", "10.0.0.1:80"}, {"job", "api"}};
  data.external_labels = {{"dc", "eu"}};
  data.external_url = "http://prom:9090/x";
  data.value = 14.4;
  return data;
}

struct Case {
  const char* text;
  const char* want;
  bool ours_alone = false;  // Prometheus 2.42 does not take it, or cannot within promtool.
};

constexpr Case kCases[] = {
    // Text and trimming.
    {"", "", true},
    {"plain { text } }}", "plain { text } }}"},
    {"{{$labels.job}}}", "api}"},
    {"a  {{- \" b \" -}}  c", "a b c"},
    {"{{\"a\"}}{{-  \"b\"  -}}  c {{ \"d\" }}", "abc d"},
    {"x {{/* a comment */}} y {{- /* another */ -}} z", "x  yz"},
    {"{{ print \"}}\" }}|{{ print `}}` }}", "}}|}}"},
    {"{{ humanize\n$value\n}}", "14.4"},
    // Fields.
    {"{{ $labels.job }} {{ .Labels.job }} {{ index $labels \"job\" }} {{ index .Labels `job` }}",
     "api api api api"},
    {"[{{ $labels.nope }}{{ .Labels.nope }}{{ index $labels \"nope\" }}]", "[]"},
    {"{{ $labels }} {{ $externalLabels }}", "map[__name__:m inst:10.0.0.1:80 job:api] map[dc:eu]"},
    {"{{ .ExternalLabels.dc }} {{ $externalLabels.dc }} {{ $externalLabels.nope }}", "eu eu "},
    {"{{ $externalURL }} {{ .ExternalURL }}", "http://prom:9090/x http://prom:9090/x"},
    {"{{ externalURL }} {{ pathPrefix }} {{ print externalURL | toUpper }}",
     "http://prom:9090/x /x HTTP://PROM:9090/X", true},
    {"{{ $value }} {{ .Value }} {{$value}}", "14.4 14.4 14.4"},
    {"{{ ($labels).job }} {{ ($labels.job) }} {{ ((($value))) }}", "api api 14.4"},
    // Literals.
    {"{{ 1.0 }} {{ 1e21 }} {{ 0.000001 }} {{ 1e20 }} {{ 1e5 }} {{ 1e6 }} {{ 1.5e20 }}",
     "1 1e+21 1e-06 1e+20 100000 1e+06 1.5e+20"},
    {"{{ 123456789.0 }} {{ 0.1 }} {{ 100000.5 }} {{ 1e100 }} {{ 0.0001 }} {{ 0.00001 }} {{ -0.0 }}",
     "1.23456789e+08 0.1 100000.5 1e+100 0.0001 1e-05 -0"},
    {"{{ -5 }} {{ +5 }} {{ 0x10 }} {{ 1_000 }} {{ 017 }} {{ .5 }} {{ 1e3 }} {{ 12345678 }}",
     "-5 5 16 1000 15 0.5 1000 12345678"},
    {"{{ 0b101 }} {{ 0o17 }} {{ 0 }} {{ 9223372036854775807 }}", "5 15 0 9223372036854775807"},
    {"{{ true }} {{ false }}", "true false"},
    {"{{ \"esc\\t\\\"\\\\\\u00e4\\x41\\101\" }} {{ `raw \"s\"\\n` }}", "esc\t\"\\äAA raw \"s\"\\n"},
    // Pipelines.
    {"{{ \"a\" | toUpper | printf \"%s-%s\" \"x\" }}", "x-A"},
    {"{{$labels.job|toUpper}}{{\"a\"|printf \"%s\"}}", "APIa"},
    {"{{ printf \"%s\" (toUpper (title \"foo bar\")) }} {{ print (print \"a\" | toUpper) \"b\" }}",
     "FOO BAR Ab"},
    {"{{ 5 | humanize }} {{toUpper (\"b\")}}", "5 B"},
    // The humanize family.
    {"{{ humanize 0.0 }}|{{ humanize 999.9 }}|{{ humanize 1048576.0 }}|{{ humanize 0.00123 }}|{{ "
     "humanize -1234567.0 }}",
     "0|999.9|1.049M|1.23m|-1.235M"},
    {"{{ humanize \"123456\" }} {{ humanize 1e30 }} {{ humanize 1e-30 }} {{ humanize 1000 }} {{ "
     "humanize 999.99 }} {{ humanize -0.5 }}",
     "123.5k 1e+06Y 1e-06y 1k 1000 -500m"},
    {"{{ humanize1024 0.0 }} {{ humanize1024 1048576.0 }} {{ humanize1024 0.5 }} {{ humanize1024 "
     "-1e6 }} {{ humanize1024 1e40 }} {{ humanize1024 1024 }}",
     "0 1Mi 0.5 -976.6ki 8.272e+15Yi 1ki"},
    {"{{ humanizeDuration 0.0 }}|{{ humanizeDuration 0.0123 }}|{{ humanizeDuration 59.5 }}|{{ "
     "humanizeDuration 90061.0 }}|{{ humanizeDuration -90.0 }}|{{ humanizeDuration 135.3563 }}",
     "0s|12.3ms|59.5s|1d 1h 1m 1s|-1m 30s|2m 15s"},
    {"{{ humanizeDuration 3600 }}|{{ humanizeDuration -0.5 }}|{{ humanizeDuration 86400.5 }}|{{ "
     "humanizeDuration 1e18 }}|{{ humanizeDuration 0.0000001 }}|{{ humanizeDuration 9.99999 }}",
     "1h 0m 0s|-500ms|1d 0h 0m 0s|11574074074074d 1h 46m 40s|100ns|10s"},
    {"{{ humanizeDuration 1e30 }}", "1e+30s", true},
    {"{{ humanizePercentage 0.999 }}|{{ humanizePercentage 0.00012345 }}|{{ humanizePercentage "
     "14.4 "
     "}}|{{ humanizePercentage \"0.5\" }}|{{ humanizePercentage 0 }}|{{ humanizePercentage 1e10 }}",
     "99.9%|0.01234%|1440%|50%|0%|1e+12%"},
    {"{{ humanizeTimestamp 1643114203 }}|{{ humanizeTimestamp 1643114203.5 }}|{{ humanizeTimestamp "
     "0 "
     "}}|{{ humanizeTimestamp -1.25 }}|{{ humanizeTimestamp 1643114203.123456 }}",
     "2022-01-25 12:36:43 +0000 UTC|2022-01-25 12:36:43.5 +0000 UTC|1970-01-01 00:00:00 +0000 "
     "UTC|1969-12-31 23:59:58.75 +0000 UTC|2022-01-25 12:36:43.123 +0000 UTC"},
    {"{{ humanizeTimestamp 1643114200 }}|{{ humanizeTimestamp 0.0001 }}|{{ humanizeTimestamp "
     "1.9999 "
     "}}|{{ humanizeTimestamp 9e9 }}",
     "2022-01-25 12:36:40 +0000 UTC|1970-01-01 00:00:00 +0000 UTC|1970-01-01 00:00:01.999 +0000 "
     "UTC|2255-03-14 16:00:00 +0000 UTC"},
    {"{{ humanizeTimestamp 1e30 }}", "1e+30", true},
    {"{{ humanize \"NaN\" }} {{ humanize \"inf\" }} {{ humanizePercentage \"-Inf\" }} {{ "
     "humanizeDuration \"NaN\" }} {{ humanizeTimestamp \"+Inf\" }} {{ humanize1024 \"NaN\" }}",
     "NaN +Inf -Inf% NaN +Inf NaN"},
    {"{{ humanize $labels.job }} {{ humanizeDuration $labels.nope }}", "api ", true},
    {"{{ $value | humanizePercentage }} {{ humanizeDuration (parseDuration \"1h\") }}",
     "1440% 1h 0m 0s"},
    // printf and print.
    {"{{ printf \"%5d|%-5d|%05d|%+d|% d|%x|%X|%o|%b|%v\" 42 42 42 42 42 255 255 8 5 7 }}",
     "   42|42   |00042|+42| 42|ff|FF|10|101|7"},
    {"{{ printf \"%.3d|%5.3d|%05.3d|%.0d|%06d|%x\" 7 7 7 0 -42 -255 }}",
     "007|  007|  007||-00042|-ff"},
    {"{{ printf \"%f|%.2f|%8.3f|%-8.1f|%08.2f|%+.1f|%e|%E|%.3e|%g|%G|%.3g\" 3.14159 3.14159 "
     "3.14159 "
     "3.14159 3.14159 3.14159 31415.9 31415.9 31415.9 31415.9 1e30 31415.9 }}",
     "3.141590|3.14|   3.142|3.1     |00003.14|+3.1|3.141590e+04|3.141590E+04|3.142e+04|31415.9|1E+"
     "30|3.14e+04"},
    {"{{ printf \"%6.2f|%-9.2e|%5.1f%%|%F|% .1f\" -3.14159 -3.14159 99.95 1.5 2.5 }}",
     " -3.14|-3.14e+00|100.0%|1.500000| 2.5"},
    {"{{ printf \"%v %g %g %v %05f %5v|%-5v|%05v|%+v\" 1e21 100000.0 1000000.0 0.00001 -1.5 1.5 "
     "1.5 "
     "1.5 1.5 }}",
     "1e+21 100000 1e+06 1e-05 -1.500000   1.5|1.5  |001.5|1.5"},
    {"{{ printf \"%s|%q|%10s|%-10s|%.2s|%x|%X|% x|%v|%5v\" \"abc\" \"a\\\"b\" \"abc\" \"abc\" "
     "\"äbc\" \"abc\" \"jk\" \"ab\" \"abc\" \"äb\" }}",
     "abc|\"a\\\"b\"|       abc|abc       |äb|616263|6A6B|61 62|abc|   äb"},
    {"{{ printf \"%q %q\" \"ä\\n\\t\\x00\\u00a0\\U0001F600\\x7f\" `\\` }}",
     "\"ä\\n\\t\\x00\\u00a0😀\\x7f\" \"\\\\\""},
    {"{{ printf \"%v|%t|%5t|%-7t|\" true false true false }}", "true|false| true|false  |"},
    {"{{ printf \"%v\" $labels }}", "map[__name__:m inst:10.0.0.1:80 job:api]"},
    {"{{ $value | printf \"%.1f\" }} {{ printf \"%.3f\" (parseDuration \"1s\") }}", "14.4 1.000"},
    {"{{ printf \"%d|%s|%5d|%-8d|%.1d|%t|%f|%s\" $value $value 1.5 \"a\" 1.25 1 \"x\" true }}",
     "%!d(float64=14.4)|%!s(float64=14.4)|%!d(float64=  1.5)|%!d(string=a       "
     ")|%!d(float64=1)|%!t(int=1)|%!f(string=x)|%!s(bool=true)"},
    {"{{ printf \"%d\" }}|{{ printf \"%s %s\" \"a\" }}|{{ printf \"%\" }}|{{ printf \"100%%\" }}",
     "%!d(MISSING)|a %!s(MISSING)|%!(NOVERB)|100%"},
    {"{{ printf \"%z\" 1 }}|{{ printf \"%!\" 1 }}|{{ printf \"a\" 1 \"b\" 2.5 }}",
     "%!z(int=1)|%!!(int=1)|a%!(EXTRA int=1, string=b, float64=2.5)"},
    {"{{ print 1 2 \"a\" \"b\" 3 }}|{{ print 1.0 \"a\" }}|{{ print true false }}|{{ print }}|{{ "
     "print $labels 1 }}",
     "1 2ab3|1a|true false||map[__name__:m inst:10.0.0.1:80 job:api] 1"},
    {"{{ println \"a\" 1 }}{{ println }}.", "a 1\n\n."},
    // Text.
    {"{{ title \"foo bar_baz-qux 1st o'neil\" }} {{ title \"école élan\" }} {{ title \"ABC dEF\" "
     "}}",
     "Foo Bar_baz-Qux 1st O'Neil École Élan ABC DEF"},
    {"{{ toUpper \"straße é\" }} {{ toLower \"ABC ÄÖ\" }}", "STRAßE É abc äö"},
    {"{{ stripPort \"a:80\" }} {{ stripPort \"[::1]:80\" }} {{ stripPort \"a\" }} {{ stripPort "
     "\"::1\" }} {{ stripPort \"a:80:90\" }} {{ stripPort \"host:\" }} {{ stripPort \":80\" }} {{ "
     "stripPort \"[::1]\" }}",
     "a ::1 a ::1 a:80:90 host  [::1]"},
    {"{{ stripDomain \"a.b.c\" }} {{ stripDomain \"a.b.c:80\" }} {{ stripDomain \"10.0.0.1:80\" }} "
     "{{ stripDomain \"10.0.0.1\" }} {{ stripDomain \"[::1]:80\" }} {{ stripDomain \"::1\" }} {{ "
     "stripDomain \"1.2.3.4.5\" }} {{ stripDomain \"01.2.3.4\" }} {{ stripDomain \"h.org:\" }}",
     "a a:80 10.0.0.1:80 10.0.0.1 [::1]:80 ::1 1 01 h"},
    {"{{ reReplaceAll \"(.*):(.*)\" \"$2-$1\" \"a:b\" }}|{{ reReplaceAll \"a*\" \"x\" \"baac\" "
     "}}|{{ "
     "reReplaceAll \"(?P<n>b)\" \"[${n}]$$\" \"abc\" }}|{{ reReplaceAll \"x\" \"y\" \"\" }}|{{ "
     "reReplaceAll \"\" \"-\" \"äb\" }}",
     "b-a|xbxcx|a[b]$c||-ä-b-"},
    {"{{ reReplaceAll \"a\" \"$1$x$\" \"a\" }}|{{ reReplaceAll \"(a)|(b)\" \"<$1$2>\" \"ab\" }}|{{ "
     "reReplaceAll \"a\" \"${1\" \"a\" }}|{{ reReplaceAll \"(a)\" \"$1x\" \"a\" }}",
     "$|<a><b>|${1|"},
    {"{{ match \"a.*\" \"abc\" }} {{ match \"b\" \"abc\" }} {{ match \"^b\" \"abc\" }}",
     "true true false"},
    {"{{ urlquery \"a b&c/d?é~-_.!*'()\" }} {{ safeHtml \"<b>\" }}",
     "a+b%26c%2Fd%3F%C3%A9~-_.%21%2A%27%28%29 <b>"},
    {"{{ urlQueryEscape \"a b\" }}", "a+b", true},
    {"{{ parseDuration \"1h30m\" }} {{ parseDuration \"500ms\" }} {{ parseDuration \"1d\" }}",
     "5400 0.5 86400"},
    {"{{ parseDuration $labels.job }}", "api", true},
    // Conditions.
    {"{{ eq 1 1 }} {{ eq \"a\" \"b\" \"a\" }} {{ ne 1 2 }} {{ lt 1.5 2.5 }} {{ ge \"b\" \"a\" }} "
     "{{ "
     "le 1 1 }} {{ gt $value 10.0 }} {{ eq $value 14.4 }} {{ eq true true }}",
     "true true true true true true true true true"},
    {"{{ lt 1 2.0 }} {{ gt $value 15 }} {{ eq 1 1.0 }}", "true false true", true},
    {"{{ and true false }} {{ and 1 2 3 }} {{ and 1 \"\" }}| {{ or 0 \"x\" }} {{ or \"\" 0 }}",
     "false 3 | x 0"},
    {"{{ not 0 }} {{ not 1 }} {{ not $labels }} {{ not \"\" }} {{ and true (eq 1 2) | not }}",
     "true false false true true"},
    {"{{ if $labels.job }}yes{{ else }}no{{ end }} {{ if $labels.nope }}yes{{ else if eq "
     "$labels.job "
     "\"api\" }}api{{ else }}no{{ end }}{{ if false }}x{{ end }}",
     "yes api"},
    {"{{ if and $labels.job (gt $value 1.5) }}a{{ else if true }}b{{ end }}", "a"},
    {"a{{ if true }} b {{- else }} c {{ end -}} d", "a bd"},
    {"{{ if false }}a{{ else if false }}b{{ else if true }}c{{ else }}d{{ end }}e", "ce"},
    {"{{ if eq 1 1 }}{{ if eq 1 2 }}a{{ else }}b{{ end }}{{ end }}{{if(true)}}c{{end}}", "bc"},
    {"{{ if true }}{{ end }}x{{ if false }}a{{ else }}{{ end }}y", "xy"},
};

TEST_CASE("Template: expands", "[rules]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.text) {
      const auto parsed = Template::Parse(c.text);
      INFO(parsed.status());
      REQUIRE(parsed.ok());
      CHECK(parsed->Expand(Data()) == c.want);
      CHECK(ExpandTemplate(c.text, Data()) == c.want);
    }
  }
}

// A Go string literal that promtool printed, read back.
std::string Unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
  }
  return out;
}

// What promtool says that the annotation of each alert expands to, by the alert's number.
std::map<std::size_t, std::string> Annotations(const std::string& output) {
  std::map<std::size_t, std::string> found;
  constexpr std::string_view kAlert = "alertname=\"A";
  constexpr std::string_view kAnnotation = "Annotations:{t=";
  for (std::size_t at = output.find(kAlert); at != std::string::npos;
       at = output.find(kAlert, at)) {
    at += kAlert.size();
    const std::size_t number = std::stoul(output.substr(at));
    const std::size_t begin = output.find(kAnnotation, at) + kAnnotation.size();
    const std::size_t end = output.find("}\n", begin);
    found[number] = Unquoted(std::string_view(output).substr(begin, end - begin));
  }
  return found;
}

TEST_CASE("Template: agrees with promtool", "[rules]") {
  std::string rules = "groups:\n- name: g\n  rules:\n";
  std::string tests;
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    if (kCases[i].ours_alone) continue;
    rules += fmt::format("  - alert: A{}\n    expr: m > 0\n    annotations: {{t: {}}}\n", i,
                         YamlQuoted(kCases[i].text));
    tests += fmt::format("  - {{alertname: A{}, eval_time: 0m, exp_alerts: []}}\n", i);
  }
  const ScratchFolder folder;
  const auto result = RunPromtool(
      "test rules {}",
      fmt::format("rule_files: [{}]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n"
                  "  external_labels: {{dc: eu}}\n  external_url: http://prom:9090/x\n"
                  "  input_series: [{{series: 'm{{job=\"api\",inst=\"10.0.0.1:80\"}}', values: "
                  "'14.4'}}]\n  alert_rule_test:\n{}",
                  folder.Write("rules.yml", rules), tests));
  if (!result) {
    WARN("skipped: promtool is not on PATH");
    return;
  }
  const auto annotations = Annotations(result->output);
  INFO(result->output.substr(0, 500));
  REQUIRE(annotations.size() > 50);
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    if (kCases[i].ours_alone) continue;
    INFO(kCases[i].text);
    const auto found = annotations.find(i);
    if (found == annotations.end()) {
      FAIL_CHECK("no answer");
    } else {
      CHECK(found->second == kCases[i].want);
    }
  }
}

TEST_CASE("Template: says what it does not take, and where", "[rules]") {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"ä {{ query \"up\" }}", "at character 3: {{ query \"up\" }}: `query` is not supported"},
      {"{{ \"up\" | query | first | value }}",
       "at character 1: {{ \"up\" | query | first | value }}: `query` is not supported"},
      {"{{ nope }}", "at character 1: {{ nope }}: there is no function `nope`"},
      {"{{ range $labels }}{{ end }}",
       "at character 1: {{ range $labels }}: `range` is not supported"},
      {"{{ with $labels.job }}{{ . }}{{ end }}",
       "at character 1: {{ with $labels.job }}: `with` is not supported"},
      {"{{ define \"x\" }}{{ end }}",
       "at character 1: {{ define \"x\" }}: `define` is not supported"},
      {"{{ template \"x\" }}", "at character 1: {{ template \"x\" }}: `template` is not supported"},
      {"{{ $x := 5 }}", "at character 1: {{ $x := 5 }}: variables are not supported"},
      {"{{ $x }}",
       "at character 1: {{ $x }}: there is no `$x`; there are $labels, $externalLabels, "
       "$externalURL "
       "and $value"},
      {"{{ .CommonLabels.x }}",
       "at character 1: {{ .CommonLabels.x }}: there is no `.CommonLabels`; there are .Labels, "
       ".ExternalLabels, .ExternalURL and .Value"},
      {"{{ . }}",
       "at character 1: {{ . }}: there is no `.`; there are .Labels, .ExternalLabels, .ExternalURL "
       "and .Value"},
      {"{{ $labels.job.x }}", "at character 1: {{ $labels.job.x }}: a string has no `.x`"},
      {"{{ $value.x }}", "at character 1: {{ $value.x }}: a number has no `.x`"},
      {"{{ $labels. job }}", "at character 1: {{ $labels. job }}: a name is missing after `.`"},
      {"{{ $labels[\"x\"] }}",
       "at character 1: {{ $labels[\"x\"] }}: `[\"x\"] ` cannot stand there"},
      {"{{ }}", "at character 1: {{ }}: a value is missing"},
      {"{{ if }}{{ end }}", "at character 1: {{ if }}: a value is missing"},
      {"{{ if true }}", "at character 1: {{ if true }}: its {{ end }} is missing"},
      {"{{ if true }}{{ else }}", "at character 1: {{ if true }}: its {{ end }} is missing"},
      {"{{ if true }}{{ else }}{{ else }}{{ end }}",
       "at character 24: {{ else }}: `else` stands there twice"},
      {"{{ if true }}{{ else true }}{{ end }}",
       "at character 14: {{ else true }}: only `if` follows `else`"},
      {"{{ if true }}{{ end if }}", "at character 14: {{ end if }}: nothing follows `end`"},
      {"{{ end }}", "at character 1: {{ end }}: no {{ if }} is open there"},
      {"x{{ else }}", "at character 2: {{ else }}: no {{ if }} is open there"},
      {"{{ \"unclosed }}", "at character 1: {{ \"unclosed }}: it is not closed by }}"},
      {"{{ $value", "at character 1: {{ $value: it is not closed by }}"},
      {"{{/* x }}", "at character 1: {{/* x }}: the comment is not closed"},
      {"{{/* x */ }}", "at character 1: {{/* x */ }}: a comment ends right before }}"},
      {"{{ \"\\q\" }}", "at character 1: {{ \"\\q\" }}: the string holds an unknown escape"},
      {"{{ 'a' }}", "at character 1: {{ 'a' }}: `'a' ` cannot stand there"},
      {"{{ 1.2.3 }}", "at character 1: {{ 1.2.3 }}: `1.2.3` is no number"},
      {"{{ 99999999999999999999 }}",
       "at character 1: {{ 99999999999999999999 }}: `99999999999999999999` is no number"},
      {"{{ --3 }}", "at character 1: {{ --3 }}: `--3` is no number"},
      {"{{ 1 2 }}", "at character 1: {{ 1 2 }}: an argument for what is no function: `2 `"},
      {"{{ 1 | 2 }}", "at character 1: {{ 1 | 2 }}: only a function can stand after `|`"},
      {"{{ | toUpper }}", "at character 1: {{ | toUpper }}: `| toUpper ` cannot stand there"},
      {"{{ toUpper \"a\" ) }}", "at character 1: {{ toUpper \"a\" ) }}: `) ` cannot stand there"},
      {"{{ toUpper ( \"a\" }}",
       "at character 1: {{ toUpper ( \"a\" }}: a parenthesis is not closed"},
      {"{{ toUpper \"a\"\"b\" }}",
       "at character 1: {{ toUpper \"a\"\"b\" }}: `\"b\" ` cannot stand there"},
      {"{{toUpper(\"a\")}}", "at character 1: {{toUpper(\"a\")}}: `(\"a\")` cannot stand there"},
      {"{{ (1)(2) }}", "at character 1: {{ (1)(2) }}: `(2) ` cannot stand there"},
      {"{{ toUpper }}", "at character 1: {{ toUpper }}: `toUpper` takes 1 argument, not 0"},
      {"{{ printf }}", "at character 1: {{ printf }}: `printf` takes 1 or more arguments, not 0"},
      {"{{ toUpper $value }}",
       "at character 1: {{ toUpper $value }}: `toUpper` takes a string, not a number"},
      {"{{ humanize $labels }}",
       "at character 1: {{ humanize $labels }}: `humanize` takes a number, not a set of labels"},
      {"{{ humanize \"abc\" }}",
       "at character 1: {{ humanize \"abc\" }}: `humanize` takes a number, not 'abc'"},
      {"{{ eq $labels.job 1 }}",
       "at character 1: {{ eq $labels.job 1 }}: `eq` cannot compare a string with a number"},
      {"{{ lt true false }}",
       "at character 1: {{ lt true false }}: `lt` compares no true or false"},
      {"{{ index $labels.job 0 }}",
       "at character 1: {{ index $labels.job 0 }}: `index` takes a set of labels, not a string"},
      {"{{ reReplaceAll \"(\" \"\" \"a\" }}",
       "at character 1: {{ reReplaceAll \"(\" \"\" \"a\" }}: `reReplaceAll` takes a regular "
       "expression: missing ): ("},
      {"{{ printf $labels.job }}",
       "at character 1: {{ printf $labels.job }}: `printf` takes a format that is written in the "
       "template"},
      {"{{ printf \"%*d\" 5 42 }}",
       "at character 1: {{ printf \"%*d\" 5 42 }}: printf: %* is not supported"},
      {"{{ printf \"%[2]d\" 5 42 }}",
       "at character 1: {{ printf \"%[2]d\" 5 42 }}: printf: %[ is not supported"},
      {"{{ printf \"%T\" $value }}",
       "at character 1: {{ printf \"%T\" $value }}: printf: %T of a number is not supported"},
      {"{{ printf \"%9999d\" 5 }}",
       "at character 1: {{ printf \"%9999d\" 5 }}: printf: %9999d is too wide"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const auto parsed = Template::Parse(c.text);
      REQUIRE_FALSE(parsed.ok());
      CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
      CHECK(std::string(parsed.status().message()) == c.message);
      CHECK(ExpandTemplate(c.text, Data()) == c.text);
    }
  }
}

TEST_CASE("Template: prints numbers that are none as words", "[rules]") {
  TemplateData data;
  const std::string text =
      "{{ $value }} {{ printf \"%f|%05.1f|%+v|% f\" $value $value $value $value }}";
  data.value = std::numeric_limits<double>::quiet_NaN();
  CHECK(ExpandTemplate(text, data) == "NaN NaN|  NaN|NaN| NaN");
  data.value = std::numeric_limits<double>::infinity();
  CHECK(ExpandTemplate(text, data) == "+Inf +Inf| +Inf|+Inf| Inf");
  data.value = -data.value;
  CHECK(ExpandTemplate(text, data) == "-Inf -Inf| -Inf|-Inf|-Inf");
}

TEST_CASE("Template: nesting is bounded", "[rules]") {
  const auto nested = [](int count, std::string before, std::string inside, std::string after) {
    for (int i = 0; i < count; ++i) inside = before + inside + after;
    return inside;
  };
  CHECK(Template::Parse("{{ " + nested(50, "(", "1", ")") + " }}").ok());
  CHECK_FALSE(Template::Parse("{{ " + nested(5000, "(", "1", ")") + " }}").ok());
  CHECK_FALSE(Template::Parse("{{ 1" + nested(5000, "", "", " | print") + " }}").ok());
  CHECK(Template::Parse(nested(50, "{{ if true }}", "x", "{{ end }}")).ok());
  CHECK_FALSE(Template::Parse(nested(5000, "{{ if true }}", "x", "{{ end }}")).ok());
  CHECK_FALSE(
      Template::Parse("{{ if 1 }}" + nested(5000, "", "", "{{ else if 1 }}") + "{{ end }}").ok());
}

TEST_CASE("Template: survives any bytes", "[rules]") {
  const std::vector<std::string> words = {"{{",
                                          "}}",
                                          "{{-",
                                          "-}}",
                                          " ",
                                          "\"",
                                          "`",
                                          "'",
                                          "(",
                                          ")",
                                          "|",
                                          "$labels",
                                          ".job",
                                          "$value",
                                          ".Labels",
                                          "printf",
                                          "\"%d\"",
                                          "\"%5.2f%q%\"",
                                          "humanize",
                                          "if",
                                          "else",
                                          "end",
                                          "eq",
                                          "and",
                                          "index",
                                          "1",
                                          "1.5",
                                          "-",
                                          "/*",
                                          "*/",
                                          "\xff",
                                          "\xc3",
                                          "ä",
                                          "title",
                                          "reReplaceAll",
                                          "\"(a*)\"",
                                          "\"$1\"",
                                          "\\",
                                          "\n",
                                          "true",
                                          "print",
                                          "stripDomain",
                                          "\"a.b:1\"",
                                          ".",
                                          "$",
                                          ":="};
  std::mt19937 random(3);
  int good = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string text = random() % 4 == 0 ? "" : "{{ ";
    for (std::size_t k = random() % 10; k > 0; --k) {
      text += words[random() % words.size()];
      if (random() % 2 == 0) text += ' ';
    }
    if (random() % 4 != 0) text += " }}";
    const auto parsed = Template::Parse(text);
    if (parsed.ok()) {
      ++good;
      parsed->Expand(Data());
    }
  }
  CHECK(good > 2000);
}

TEST_CASE("Template: copies share what was read", "[rules]") {
  auto first = Template::Parse("{{ $labels.job }}");
  REQUIRE(first.ok());
  const Template copy = *first;
  first = Template::Parse("other");
  CHECK(copy.Expand(Data()) == "api");
}

}  // namespace
}  // namespace slowburn
