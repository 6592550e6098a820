// SPDX-License-Identifier: Apache-2.0
#include "core/measurement.h"

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune {

Json ToJson(const Measurement& measurement, const MetricCatalogue& metrics) {
  RECTUNE_CHECK(measurement.readings.empty() || measurement.readings.size() == metrics.size(),
                "one reading a metric, or none");
  Json readings = Json::object();
  for (std::size_t i = 0; i < measurement.readings.size(); ++i) {
    const MetricReading& reading = measurement.readings[i];
    readings[metrics.metrics()[i].name] = {{"control", NumberToJson(reading.control)},
                                           {"treatment", NumberToJson(reading.treatment)},
                                           {"lift", NumberToJson(reading.lift)},
                                           {"standard_error", NumberToJson(reading.standard_error)},
                                           {"p_value", NumberToJson(reading.p_value)},
                                           {"q_value", NumberToJson(reading.q_value)}};
  }
  return {{"users_per_arm", NumberToJson(measurement.users_per_arm)},
          {"sample_ratio_p_value", NumberToJson(measurement.sample_ratio_p_value)},
          {"readings", readings}};
}

Measurement MeasurementFromJson(const Json& json, const MetricCatalogue& metrics,
                                const std::string& path) {
  ObjectReader reader(json, path);
  const auto number = [](ObjectReader& object, const char* key) {
    return NumberFromJson(object.Value(key), object.PathOf(key));
  };
  Measurement measurement;
  measurement.users_per_arm = number(reader, "users_per_arm");
  measurement.sample_ratio_p_value = number(reader, "sample_ratio_p_value");
  if (ObjectReader readings = reader.Object("readings"); !json["readings"].empty()) {
    for (const MetricInfo& metric : metrics.metrics()) {
      ObjectReader fields = readings.Object(metric.name);
      MetricReading reading;
      reading.control = number(fields, "control");
      reading.treatment = number(fields, "treatment");
      reading.lift = number(fields, "lift");
      reading.standard_error = number(fields, "standard_error");
      reading.p_value = number(fields, "p_value");
      reading.q_value = number(fields, "q_value");
      fields.Finish();
      measurement.readings.push_back(reading);
    }
    readings.Finish();
  }
  reader.Finish();
  return measurement;
}

}  // namespace rectune
