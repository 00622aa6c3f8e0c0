// SPDX-License-Identifier: Apache-2.0

extension String {
  /// JSON Lines without the device and inode of the namespaces, which differ on every machine.
  var anonymous: String { replacing(/,"netns_device":([0-9]+|null),"netns_inode":([0-9]+|null)/, with: "") }
}
