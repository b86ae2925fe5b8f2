// The backend of the real program: the public API.
#include "cli/environment.h"

namespace bantam::cli {

Backend RealBackend() {
  return {
      .load = [](const std::string& path, const LoadOptions& options)
          -> Result<std::shared_ptr<const Model>> { return Model::Load(path, options); },
      .load_vocabulary = [](const std::string& path) -> Result<std::shared_ptr<const Model>> {
        return LoadVocabulary(path);
      },
      .inspect = Model::Inspect,
      .check = Model::Check,
      .plan = Model::Plan,
      .fit = Model::Fit,
      .load_encoder = Encoder::Load,
      .create_engine = Engine::Create,
      .validate = Validate,
      .compile_shape = Shape::Compile,
      .needs_copy_source = Shape::NeedsCopySource,
      .start_reader = ShapeReader::Start,
      .start_writer = ShapeWriter::Start,
      .isa = ActiveIsa,
      .peak_memory = PeakMemoryBytes,
      .describe_machine = DescribeMachine,
      .measure_machine = MeasureMachine,
      .measure_disk = MeasureDisk,
      .memory_reader = MemoryReader::Create,
  };
}

}  // namespace bantam::cli
