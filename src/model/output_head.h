// OutputHead: the scores of the vocabulary, of all tokens or only of those that can win.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "base/token_mask.h"
#include "kernels/kernels.h"
#include "model/linear.h"
#include "model/weights.h"
#include "model/workspace.h"

namespace bantam {

// Immutable once made, except for work space: one call at a time. The Linear must outlive it.
class OutputHead {
 public:
  // With a soft cap c above 0 every score s becomes c * tanh(s / c).
  explicit OutputHead(const Linear& head, float soft_cap = 0) : head_(head), soft_cap_(soft_cap) {}

  // logits[t] = the vocabulary's scores of hidden[t], for n tokens. With `top` > 0 only the `top`
  // largest of each token (and those equal to the last of them) are sure to be there; others may
  // be -inf. What is there has the same bytes whatever `top`. The first call that can use `top`
  // reads the matrix once more, to bound its rows (a byte for 32 weights is kept).
  void Logits(const float* hidden, int n, int top, float* logits, const Team& team,
              const Workspace& space);
  // The same scores of one token for those of a mask, -inf for most others. False, and nothing is
  // done, where so many are wanted that it is no faster than all.
  bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits, const Team& team,
                    const Workspace& space);

  // Bytes that the bounds of a matrix take once `top` is used.
  static uint64_t BoundBytes(int rows, int columns);

 private:
  static constexpr int kMaxTop = 8;
  static constexpr int kMaxColumns = 32768;

  void Quantize(ThreadPool::Worker& worker, const float* hidden, int n, const Workspace& space);
  bool CanSketch(int n, int top, const Team& team);
  // Bounds the sketch error of every row.
  void Bound(const Team& team);
  void BoundPanel(int panel);
  // The two-stage product (research on certified pruning goes back to Ram and Gray, KDD 2012):
  // a sketch of every row from the high nibbles, exact scores of the most promising panels, then
  // of every row whose sketch plus its largest possible error reaches the top-th of those.
  void TopLogits(ThreadPool::Worker& worker, const LinearInput& in, int top, float* logits,
                 const WorkerSpace& space);
  void Sketch(const LinearInput& in, int begin, int end, float* logits, const WorkerSpace& space);
  void MeasureInput(const Activations& x);
  void ChoosePromising(int top);
  double LeastOfBest(int top, const float* logits);
  bool MayReach(int panel, const float* sketch) const;
  void Exact(const LinearInput& in, int panel, float* logits, const WorkerSpace& space) const;
  int RowsOf(int panel) const;
  // Scores of panels [begin, end), without a sketch, for all tokens: whole.
  void Score(const LinearInput& in, int begin, int end, float* logits,
             const WorkerSpace& space) const;

  const Linear& head_;
  float soft_cap_;
  // The sketch's largest error is Σ units · unit of a row · norm of the input, over groups.
  std::vector<uint8_t> group_errors_;  // [panels][groups][rows] in units
  std::vector<float> error_units_;     // [panels][rows]
  std::vector<float> panel_error_;     // [panels] largest for inputs of norm 1; empty before all
  bool broken_ = false;                // a row without a finite bound: no sketch
  std::vector<float> panel_max_;       // [panels] largest sketch of this call
  std::vector<uint8_t> is_promising_;  // [panels]
  std::vector<int> promising_;         // panels, scored exactly first
  std::vector<int> masked_;            // panels with a row of the mask
  std::vector<float> best_;            // scores of the promising panels
  std::vector<float> group_norms_;     // [groups] of the input
  double input_norm_ = 0;
  double least_ = 0;  // what a winner must reach
};

}  // namespace bantam
