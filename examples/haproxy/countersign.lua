-- Asks gatewayd about a request, for HAProxy 2.6 and newer. Copy it as it is.
--
--   setenv COUNTERSIGN_SOCKET /run/countersign/gateway.sock
--   lua-load-per-thread /etc/haproxy/countersign.lua
--
--   http-request lua.countersign wiki.example.com
--   http-request deny deny_status 503 unless { var(txn.countersign) -m str allow }
--
-- Only a visit that gatewayd allows gets the variable. HAProxy goes on to the next rule when a script fails, whatever
-- the failure: without the second rule it would let in.

local socket = "unix@" .. assert(os.getenv("COUNTERSIGN_SOCKET"), "setenv COUNTERSIGN_SOCKET is missing")

-- Seconds to connect, and seconds of silence, before gatewayd counts as gone.
local patience = 2

-- A longer answer would not fit into HAProxy's buffer (tune.bufsize).
local longest_answer = 16384

-- What gatewayd wants to know of the visitor's own headers. Add the names of `ticketHeaders`.
local asked_for = {
  "cookie",
  "accept",
  "origin",
  "sec-fetch-mode",
  "sec-fetch-site",
  "x-requested-with",
  "upgrade",
  "access-control-request-method",
  "access-control-request-headers",
}

-- What belongs to the conversation with gatewayd, and neither to the visitor nor to the application.
local between_us = {
  ["connection"] = true,
  ["keep-alive"] = true,
  ["content-length"] = true,
  ["date"] = true,
}

-- What a 200 says of itself. All else in it is for the application.
local about_the_answer = { ["cache-control"] = true, ["content-type"] = true, ["set-cookie"] = true, ["vary"] = true }

-- One value of all fields of that name. Cookies are joined as RFC 9113 §8.2.3 says, the others as RFC 9110 §5.3.
local function joined(values, name)
  local list = {}
  for index = 0, #values do
    list[#list + 1] = values[index]
  end
  return table.concat(list, name == "cookie" and "; " or ", ")
end

local function scheme_of(txn)
  return txn:get_var("txn.countersign_scheme") or (txn.sf:ssl_fc() == "1" and "https" or "http")
end

-- Both ends of the connection itself; for the setting `tcpcrypt` of gatewayd.
local function connection_of(txn)
  return table.concat({ txn.sf:src(), txn.sf:src_port(), txn.sf:dst(), txn.sf:dst_port() }, ",")
end

local function question(txn, host, target)
  local lines = {
    "GET /check HTTP/1.0",
    "Host: gatewayd",
    "X-Countersign-Method: " .. txn.sf:method(),
    "X-Countersign-Scheme: " .. scheme_of(txn),
    "X-Countersign-Host: " .. host,
    "X-Countersign-Uri: " .. target,
    "X-Countersign-Protocol: HTTP/" .. txn.sf:req_ver(),
    "X-Countersign-Client-Address: " .. txn.sf:src(),
    "X-Countersign-Connection: " .. connection_of(txn),
  }
  local headers = txn.http:req_get_headers()
  for _, name in ipairs(asked_for) do
    if headers[name] then
      lines[#lines + 1] = name .. ": " .. joined(headers[name], name)
    end
  end
  -- gatewayd refuses names that an application may take for its own.
  for name in pairs(headers) do
    if name:find("[^%w-]") then
      lines[#lines + 1] = name .. ": -"
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- A connection for each question: then no answer can be taken for that to another visitor. It is HTTP/1.0, so that the
-- end of the connection is the end of the answer.
local function ask(text)
  local connection = core.tcp()
  connection:settimeout(patience)
  local answer
  if connection:connect(socket) and connection:send(text) then
    answer = connection:receive(longest_answer)
  end
  connection:close()
  return answer
end

-- Status, fields and body; nil if it is not the whole of an answer.
local function parse(text)
  if not text or #text >= longest_answer then
    return nil
  end
  local status, head, body = text:match("^HTTP/1%.[01] (%d%d%d) [^\r\n]*\r\n(.-\r\n)\r\n(.*)$")
  if not status then
    return nil
  end
  local fields = {}
  for line in head:gmatch("(.-)\r\n") do
    local name, value = line:match("^([%w_-]+):[ \t]*(.-)[ \t]*$")
    if not name or value:find("[%z\1-\8\10-\31\127]") then
      return nil
    end
    name = name:lower()
    if name == "transfer-encoding" or (name == "content-length" and tonumber(value) ~= #body) then
      return nil
    end
    fields[#fields + 1] = { name = name, value = value }
  end
  return { status = tonumber(status), fields = fields, body = body }
end

-- Applications that know headers as variables may see `_` for whatever is no letter or digit.
local function spelling(name)
  return (name:lower():gsub("[^a-z0-9]", "-"))
end

-- What only proxies may say. Some applications take another path from it than the one that was judged.
local function is_said_by_proxies(name)
  return name == "forwarded" or name == "x-real-ip" or name == "x-rewrite-url" or name:find("^x%-forwarded%-")
    or name:find("^x%-original%-") or name:find("^x%-countersign%-")
end

local function let_in(txn, answer, target, host)
  local identity = {}
  for _, field in ipairs(answer.fields) do
    if not between_us[field.name] and not about_the_answer[field.name] then
      identity[spelling(field.name)] = field
    end
  end
  local headers = txn.http:req_get_headers()
  for name in pairs(headers) do
    if identity[spelling(name)] or is_said_by_proxies(spelling(name)) then
      txn.http:req_del_header(name)
    end
  end
  txn.http:req_set_header("x-forwarded-for", txn.sf:src())
  txn.http:req_set_header("x-forwarded-proto", scheme_of(txn))
  txn.http:req_set_header("x-forwarded-host", host)
  for _, field in pairs(identity) do
    if field.value ~= "" then
      txn.http:req_set_header(field.name, field.value)
    end
  end
  -- The next proxy would remove on the way whatever header a visitor names here.
  if headers["connection"] then
    local upgrades = joined(headers["connection"], "connection"):lower():find("upgrade", 1, true)
    txn.http:req_del_header("connection")
    if upgrades then
      txn.http:req_set_header("connection", "upgrade")
    end
  end
  -- What was judged, and not http://another.host/path, which applications read in their own ways.
  txn.http:req_set_uri(target)
  txn:set_var("txn.countersign", "allow")
end

local function refuse(txn, answer)
  local reply = txn:reply()
  reply:set_status(answer.status)
  for _, field in ipairs(answer.fields) do
    if not between_us[field.name] then
      reply:add_header(field.name, field.value)
    end
  end
  reply:set_body(answer.body)
  txn:done(reply)
end

local no_path = { status = 400, fields = { { name = "cache-control", value = "no-store" } }, body = "" }

core.register_action("countersign", { "http-req" }, function(txn, host)
  local target = txn.sf:pathq()
  if target:sub(1, 1) ~= "/" then
    return refuse(txn, no_path)
  end
  local answer = parse(ask(question(txn, host, target)))
  if answer and answer.status == 200 then
    let_in(txn, answer, target, host)
  elseif answer and answer.status > 200 then
    refuse(txn, answer)
  else
    core.Warning("countersign: no answer from gatewayd at " .. socket)
  end
end, 1)
