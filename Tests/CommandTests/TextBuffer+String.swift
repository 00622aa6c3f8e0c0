// SPDX-License-Identifier: Apache-2.0

import IPVS

extension TextBuffer {
  /// The text, for comparison.
  var string: String { String(decoding: bytes, as: UTF8.self) }
}
