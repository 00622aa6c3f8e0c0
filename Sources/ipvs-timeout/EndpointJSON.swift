// SPDX-License-Identifier: Apache-2.0

internal import IPVS

extension Endpoint {
  /// An object with the address and the port.
  var json: JSONValue {
    var object = JSONObject()
    object.add("address", .string(address.description))
    object.add("port", .number(UInt32(port)))
    return .object(object)
  }
}
