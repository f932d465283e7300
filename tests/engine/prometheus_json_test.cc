// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/prometheus_json.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string Matrix(const std::string& result) {
  return R"({"status":"success","data":{"resultType":"matrix","result":)" + result + "}}";
}

std::vector<Sample> SamplesOf(const QueryResult& result, std::size_t series) {
  return {result.series.at(series).samples.begin(), result.series.at(series).samples.end()};
}

TEST_CASE("ParseQueryResponse: reads a matrix", "[engine]") {
  const auto result = ParseQueryResponse(Matrix(
      R"([{"metric":{"__name__":"m","i":"1"},"values":[[1700000000,"5"],[1700000015.123,"6.5"]]},)"
      R"({"metric":{"i":"2"},"values":[[1700000000.001,"1e+06"]]}])"));
  REQUIRE(result.ok());
  REQUIRE(result->series.size() == 2);
  CHECK(result->series[0].labels_json == R"({"__name__":"m","i":"1"})");
  CHECK(SamplesOf(*result, 0) == std::vector<Sample>{{1700000000000, 5}, {1700000015123, 6.5}});
  CHECK(result->series[1].labels_json == R"({"i":"2"})");
  CHECK(SamplesOf(*result, 1) == std::vector<Sample>{{1700000000001, 1e6}});
  CHECK_FALSE(result->partial);
  CHECK(result->warnings.empty());
}

TEST_CASE("ParseQueryResponse: keeps its views when it moves", "[engine]") {
  auto parsed = ParseQueryResponse(Matrix(R"([{"metric":{"a":"b"},"values":[[1,"2"]]}])"));
  REQUIRE(parsed.ok());
  const QueryResult moved = *std::move(parsed);
  CHECK(moved.series.at(0).labels_json == R"({"a":"b"})");
  CHECK(SamplesOf(moved, 0) == std::vector<Sample>{{1000, 2}});
}

TEST_CASE("ParseQueryResponse: reads a vector, a scalar and nothing", "[engine]") {
  const auto vector = ParseQueryResponse(
      R"({"status":"success","data":{"resultType":"vector","result":[)"
      R"({"metric":{},"value":[1700000000.5,"0.25"]},{"metric":{"a":"b"},"value":[1,"3"]}]}})");
  REQUIRE(vector.ok());
  REQUIRE(vector->series.size() == 2);
  CHECK(vector->series[0].labels_json == "{}");
  CHECK(SamplesOf(*vector, 0) == std::vector<Sample>{{1700000000500, 0.25}});

  const auto scalar = ParseQueryResponse(
      R"({"status":"success","data":{"resultType":"scalar","result":[1700000000.781,"1"]}})");
  REQUIRE(scalar.ok());
  REQUIRE(scalar->series.size() == 1);
  CHECK(scalar->series[0].labels_json == "{}");
  CHECK(SamplesOf(*scalar, 0) == std::vector<Sample>{{1700000000781, 1}});

  const auto nothing = ParseQueryResponse(Matrix("[]"));
  REQUIRE(nothing.ok());
  CHECK(nothing->series.empty());
}

TEST_CASE("ParseQueryResponse: reads the values that are no finite numbers", "[engine]") {
  const auto result = ParseQueryResponse(
      Matrix(R"([{"metric":{},"values":[[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"-0.5"]]}])"));
  REQUIRE(result.ok());
  const auto samples = SamplesOf(*result, 0);
  REQUIRE(samples.size() == 4);
  CHECK(std::isnan(samples[0].value));
  CHECK(samples[1].value == kInfinity);
  CHECK(samples[2].value == -kInfinity);
  CHECK(samples[3].value == -0.5);
}

TEST_CASE("ParseQueryResponse: keeps every millisecond", "[engine]") {
  for (int millis = 0; millis < 1000; ++millis) {
    char time[32];
    std::snprintf(time, sizeof time, "1795246211.%03d", millis);
    const auto result = ParseQueryResponse(
        Matrix(std::string(R"([{"metric":{},"values":[[)") + time + R"(,"1"]]}])"));
    REQUIRE(result.ok());
    CHECK(result->samples.at(0).at_ms == 1795246211000 + millis);
  }
}

TEST_CASE("ParseQueryResponse: takes members in any order and unknown ones", "[engine]") {
  const auto result = ParseQueryResponse(
      R"( {"stats":{"x":[1,{"y":null}]}, "data" : {"extra":7, "result" : [ {"values" : [ [ 1 , "2" ] ] ,)"
      R"( "future": [], "metric" : { "a" : "}" } } ] , "resultType":"matrix"}, "infos":["x"],)"
      R"( "status" : "success"} )");
  REQUIRE(result.ok());
  REQUIRE(result->series.size() == 1);
  CHECK(result->series[0].labels_json == R"({ "a" : "}" })");
  CHECK(SamplesOf(*result, 0) == std::vector<Sample>{{1000, 2}});
  CHECK_FALSE(result->partial);
}

TEST_CASE("ParseQueryResponse: leaves native histograms out", "[engine]") {
  const auto result = ParseQueryResponse(Matrix(
      R"([{"metric":{"a":"1"},"histograms":[[1,{"count":"3","sum":"2","buckets":[[0,"1","2","3"]]}]]},)"
      R"({"metric":{"a":"2"},"values":[[1,"2"]],"histograms":[[1,{"count":"3","sum":"2"}]]}])"));
  REQUIRE(result.ok());
  REQUIRE(result->series.size() == 1);
  CHECK(result->series[0].labels_json == R"({"a":"2"})");
}

TEST_CASE("ParseQueryResponse: tells partial data", "[engine]") {
  struct Case {
    const char* name;
    std::string body;
    bool partial;
  };

  const Case cases[] = {
      {"isPartial", R"({"status":"success","isPartial":true,"data":{"result":[]}})", true},
      {"isPartial false", R"({"status":"success","isPartial":false,"data":{"result":[]}})", false},
      {"warnings", R"({"status":"success","data":{"result":[]},"warnings":["one store is down"]})",
       true},
      {"no warnings", R"({"status":"success","data":{"result":[]},"warnings":[]})", false},
      {"null warnings", R"({"status":"success","data":{"result":[]},"warnings":null})", false},
      {"infos", R"({"status":"success","data":{"result":[]},"infos":["not a counter"]})", false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto result = ParseQueryResponse(c.body);
      REQUIRE(result.ok());
      CHECK(result->partial == c.partial);
    }
  }
}

TEST_CASE("ParseQueryResponse: puts samples in ascending time, one at each instant", "[engine]") {
  const auto result = ParseQueryResponse(
      Matrix(R"([{"metric":{},"values":[[9,"9"]]},)"
             R"({"metric":{},"values":[[3,"3"],[1,"NaN"],[2,"5"],[1,"1"],[2,"4"],[3,"NaN"]]}])"));
  REQUIRE(result.ok());
  CHECK(SamplesOf(*result, 0) == std::vector<Sample>{{9000, 9}});
  CHECK(SamplesOf(*result, 1) == std::vector<Sample>{{1000, 1}, {2000, 5}, {3000, 3}});
}

TEST_CASE("ParseQueryResponse: a body cut off anywhere is lost data", "[engine]") {
  const std::string whole =
      R"({"status":"success","isPartial":false,"data":{"resultType":"matrix","result":[)"
      R"({"metric":{"__name__":"m"},"values":[[1700000000,"5"],[1700000015.123,"6.5"]]}]}})";
  REQUIRE(ParseQueryResponse(whole).ok());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO("cut at " << length);
    CHECK(ParseQueryResponse(whole.substr(0, length)).status().code() ==
          absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("ParseQueryResponse: refuses", "[engine]") {
  struct Case {
    const char* name;
    std::string body;
  };

  const Case cases[] = {
      {"an empty body", ""},
      {"HTML", "<html><body>502 Bad Gateway</body></html>"},
      {"an array", "[]"},
      {"a number", "7"},
      {"an object of something else", R"({"hello":"world"})"},
      {"text after the end", Matrix("[]") + "x"},
      {"a second document", Matrix("[]") + Matrix("[]")},
      {"no data", R"({"status":"success"})"},
      {"null data", R"({"status":"success","data":null})"},
      {"no result", R"({"status":"success","data":{"resultType":"matrix"}})"},
      {"no status", R"({"data":{"result":[]}})"},
      {"an unknown status", R"({"status":"fine","data":{"result":[]}})"},
      {"a string result",
       R"({"status":"success","data":{"resultType":"string","result":[1,"2"]}})"},
      {"streams", R"({"status":"success","data":{"resultType":"streams","result":[]}})"},
      {"a value that is a number", Matrix(R"([{"metric":{},"values":[[1,2]]}])")},
      {"a value with text after it", Matrix(R"([{"metric":{},"values":[[1,"2x"]]}])")},
      {"an empty value", Matrix(R"([{"metric":{},"values":[[1,""]]}])")},
      {"two signs", Matrix(R"([{"metric":{},"values":[[1,"+-2"]]}])")},
      {"a time that is a string", Matrix(R"([{"metric":{},"values":[["1","2"]]}])")},
      {"a time out of range", Matrix(R"([{"metric":{},"values":[[1e300,"2"]]}])")},
      {"a sample of one", Matrix(R"([{"metric":{},"values":[[1]]}])")},
      {"a sample of three", Matrix(R"([{"metric":{},"values":[[1,"2",3]]}])")},
      {"an empty sample", Matrix(R"([{"metric":{},"values":[[]]}])")},
      {"a series without labels", Matrix(R"([{"values":[[1,"2"]]}])")},
      {"a series that is a number", Matrix(R"([{"metric":{},"values":[[1,"2"]]},1,"2"])")},
      {"labels that are a string", Matrix(R"([{"metric":"a","values":[[1,"2"]]}])")},
      {"invalid UTF-8", Matrix("[{\"metric\":{\"a\":\"\xff\"},\"values\":[[1,\"2\"]]}]")},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto result = ParseQueryResponse(c.body);
      CHECK(result.status().code() == absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("ParseQueryResponse: an error that came as a success is an error", "[engine]") {
  const auto result = ParseQueryResponse(
      R"({"status":"error","data":null,"errorType":"bad_data","error":"1:5: parse error"})");
  CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(result.status().message()).find("1:5: parse error") != std::string::npos);
}

TEST_CASE("ParseLabels: reads every string that JSON can hold", "[engine]") {
  const auto labels =
      ParseLabels(R"({"a":"1","b":"x\"y\\z\n\u00e9","c":"","d":"日本","\u0065":"5"})");
  REQUIRE(labels.ok());
  CHECK(*labels == Labels{{"a", "1"},
                          {"b", "x\"y\\z\n\xc3\xa9"},
                          {"c", ""},
                          {"d", "\xe6\x97\xa5\xe6\x9c\xac"},
                          {"e", "5"}});
  CHECK(ParseLabels("{}").value().empty());
}

TEST_CASE("ParseLabels: refuses", "[engine]") {
  for (const char* json : {"", "[]", R"({"a":1})", R"({"a":null})", R"({"a":"b")", R"({"a":"b"}x)",
                           R"({"a":{}})", R"({"a":"\q"})"}) {
    DYNAMIC_SECTION(json) {
      CHECK(ParseLabels(json).status().code() == absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("ParseStringList: reads", "[engine]") {
  struct Case {
    const char* name;
    std::string body;
    std::vector<std::string> want;
  };

  const Case cases[] = {
      {"names", R"({"status":"success","data":["__name__","job"]})", {"__name__", "job"}},
      {"nothing", R"({"data":[],"status":"success"})", {}},
      {"escapes", R"({"status":"success","data":["a\"b"],"extra":1})", {"a\"b"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto result = ParseStringList(c.body);
      REQUIRE(result.ok());
      CHECK(*result == c.want);
    }
  }
  CHECK(ParseStringList(R"({"status":"success","data":{"a":1}})").status().code() ==
        absl::StatusCode::kDataLoss);
  CHECK(ParseStringList(R"({"status":"success","data":["a")").status().code() ==
        absl::StatusCode::kDataLoss);
  CHECK(ParseStringList(R"({"status":"success"})").status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("QueryError: classifies", "[engine]") {
  using absl::StatusCode;

  struct Case {
    const char* name;
    int status;
    std::string body;
    StatusCode want;
  };

  const Case cases[] = {
      {"a parse error", 400,
       R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected end"})",
       StatusCode::kInvalidArgument},
      {"too many points", 400,
       R"({"status":"error","errorType":"bad_data","error":"exceeded maximum resolution of 11,000 points"})",
       StatusCode::kResourceExhausted},
      {"too many samples", 422,
       R"({"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"})",
       StatusCode::kResourceExhausted},
      {"a parse error of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"error when executing query=\"sum(\": unexpected token \"\"; unparsed data: \"\""})",
       StatusCode::kInvalidArgument},
      {"an unknown function of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"unknown func \"foo\""})",
       StatusCode::kInvalidArgument},
      {"a limit of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"cannot select more than -search.maxSamplesPerQuery=5 samples"})",
       StatusCode::kResourceExhausted},
      {"a query too long for VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"too long query; got 20007 bytes; mustn\u0027t exceed `-search.maxQueryLen=16384` bytes"})",
       StatusCode::kResourceExhausted},
      {"another failure of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"cannot fetch data from storage"})",
       StatusCode::kResourceExhausted},
      {"a bad regexp of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"error when executing query=\"m{s=~\\\"(\\\"}[5m]\" for (time=1, step=300000): cannot expand WITH expressions: invalid regexp in s=\"(\": error parsing regexp: missing closing ): `^(?:()$`"})",
       StatusCode::kInvalidArgument},
      {"a time limit of VictoriaMetrics", 422,
       R"({"status":"error","errorType":"422","error":"error when executing query=\"m\": timeout exceeded during the query: 30 seconds; the timeout can be adjusted with `-search.maxQueryDuration` command-line flag"})",
       StatusCode::kDeadlineExceeded},
      {"a parse error of a query that sounds like a limit", 400,
       R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unexpected identifier \"too_many_exceeded\""})",
       StatusCode::kInvalidArgument},
      {"a parse error of VictoriaMetrics in a query that sounds like a limit", 422,
       R"({"status":"error","errorType":"422","error":"error when executing query=\"exceeded{\" for (time=1): unexpected token \"\"; want \"ident\""})",
       StatusCode::kInvalidArgument},
      {"a limit of VictoriaMetrics on a query that sounds like a parse error", 422,
       R"({"status":"error","errorType":"422","error":"error when exporting data for query=\"log_total{msg=\\\"parse error\\\"}\": cannot select more than -search.maxSamplesPerQuery=5 samples"})",
       StatusCode::kResourceExhausted},
      {"series that match many times", 422,
       R"({"status":"error","errorType":"execution","error":"found duplicate series for the match group {} on the right hand-side of the operation: []; many-to-many matching not allowed: matching labels must be unique on one side"})",
       StatusCode::kInvalidArgument},
      {"a proxy that waited in vain", 504, "Gateway Timeout", StatusCode::kDeadlineExceeded},
      {"a query that timed out", 503,
       R"({"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"})",
       StatusCode::kDeadlineExceeded},
      {"a server that starts", 503, "Service Unavailable", StatusCode::kUnavailable},
      {"a storage error", 500, R"({"status":"error","errorType":"internal","error":"disk"})",
       StatusCode::kUnavailable},
      {"too many requests", 429, "too many outstanding requests", StatusCode::kUnavailable},
      {"a proxy without its upstream", 502, "<html>Bad Gateway</html>", StatusCode::kUnavailable},
      {"no tenant", 401, "no org id\n", StatusCode::kPermissionDenied},
      {"forbidden", 403, "", StatusCode::kPermissionDenied},
      {"a wrong path", 404, "404 page not found\n", StatusCode::kNotFound},
      {"a redirect", 302, "<a href=\"/graph\">Found</a>", StatusCode::kNotFound},
      {"a request that is too large", 413, "", StatusCode::kResourceExhausted},
      {"a plain 400", 400, "bad request", StatusCode::kInvalidArgument},
      {"JSON of something else", 500, R"({"message":"x"})", StatusCode::kUnavailable},
      {"an empty success", 204, "", StatusCode::kUnavailable},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(QueryError(c.status, c.body).code() == c.want);
    }
  }
}

TEST_CASE("QueryError: keeps the message, cut", "[engine]") {
  const auto message = [](int status, const std::string& body) {
    return std::string(QueryError(status, body).message());
  };
  CHECK(message(400, R"({"status":"error","errorType":"bad_data","error":"1:5: parse error"})") ==
        "HTTP 400: bad_data: 1:5: parse error");
  CHECK(message(503, "  Service Unavailable\n") == "HTTP 503: Service Unavailable");
  CHECK(message(502, "") == "HTTP 502");
  const std::string euro = "\xe2\x82\xac";
  std::string long_text;
  while (long_text.size() < 2000) long_text += euro;
  CHECK(message(500, long_text) == "HTTP 500: " + long_text.substr(0, 498));
  CHECK(message(500, "a \"short \\\" quote\" and \"" + long_text + "\", cut") ==
        "HTTP 500: a \"short \\\" quote\" and \"...\", cut");
  CHECK(message(500, "left \"open") == "HTTP 500: left \"open");
}

}  // namespace
}  // namespace slowburn
