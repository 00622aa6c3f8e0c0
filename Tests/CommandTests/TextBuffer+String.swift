// SPDX-License-Identifier: Apache-2.0

import IPVS
import Text

extension TextBuffer {
  /// The text, for comparison.
  var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
