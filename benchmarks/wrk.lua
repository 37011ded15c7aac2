-- Sends the requests of a file in turn, "path" or "path<tab>body" a line, and tells what came of it.
-- A "{n}" in a path is another number each time, so that no answer can be one that is kept.
-- Arguments: the file, the request to begin after, and the number to begin after.
local requests, place, number = {}, 0, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, body = line:match("^(%S+)\t?(.*)$")
    if body == "" then
      requests[#requests + 1] = path:find("{n}", 1, true) and path or wrk.format("GET", path)
    else
      local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
      for name, value in pairs(wrk.headers) do headers[name] = value end
      requests[#requests + 1] = wrk.format("POST", path, headers, body)
    end
  end
  place = tonumber(arguments[2])
  number = tonumber(arguments[3])
end

function request()
  place = place % #requests + 1
  if requests[place]:sub(1, 1) == "/" then
    number = number + 1
    return wrk.format("GET", (requests[place]:gsub("{n}", string.format("%d", number))))
  end
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %f, "bytes": %d, "failed": %d, "ms": [%f, %f, %f]}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, failed,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
