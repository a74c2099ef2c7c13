-- Asks gatewayd about a request, for Apache 2.4 with mod_lua and LuaSocket (Debian: apache2, lua-socket).
--
--   LuaHookAccessChecker /etc/apache2/countersign/countersign.lua check
--   Require env COUNTERSIGN_ALLOWED
--
-- Only a visit that gatewayd allows gets the variable. Without the script, and whatever goes wrong in it, nobody does.

local unix = require "socket.unix"
local now = require("socket").gettime

local gatewayd = "@GATEWAY_SOCKET@"

-- Seconds for a question and its answer, before gatewayd counts as gone.
local patience = 2

-- The names under `identityHeaders` in gateway.yaml, and that under `assertion`, in lower case.
local names = {
  user = "remote-user",
  tokens = "remote-user-tokens",
  data = "remote-user-data",
  type = "auth-type",
  session_id = "tcp-crypt-sessid",
  assertion = "x-countersign-assertion",
}

-- What gatewayd wants to know of the visitor's own headers. Add the names of `ticketHeaders`.
local asked_for = {
  "Cookie",
  "Accept",
  "Origin",
  "Sec-Fetch-Mode",
  "Sec-Fetch-Site",
  "X-Requested-With",
  "Upgrade",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
}

local longest_answer = 65536

-- Bytes of what is kept of `cacheSeconds`, in each Lua state. Twice as much may be there.
local most_kept = 2097152

-- What belongs to the conversation with gatewayd, and not to the visitor.
local between_us = { ["connection"] = true, ["keep-alive"] = true, ["content-length"] = true, ["date"] = true }

-- Names of the visitor's headers that an application may take for others. countersign.conf says when there are none.
local function odd_names(r)
  if r.subprocess_env["COUNTERSIGN_NAMES"] == "plain" then
    return ""
  end
  local names_found = {}
  for name in pairs(r:headers_in_table()) do
    if name:find("[^%w-]") then
      names_found[#names_found + 1] = name
    end
  end
  table.sort(names_found)
  return table.concat(names_found, " ")
end

-- All that a decision may depend on. One table for all requests, since a state serves one at a time.
local facts = {}

-- The target is what the visitor asked for, whatever the server has made of it since: DirectoryIndex, a RewriteRule, an
-- ErrorDocument. The host is that of ServerName, with UseCanonicalName On.
local function gather_facts(r)
  facts[1], facts[2], facts[3], facts[4] = r.the_request, r:construct_url(""), r.useragent_ip, odd_names(r)
  local headers = r.headers_in
  for index = 1, #asked_for do
    -- No value of Apache's holds a zero byte.
    facts[4 + index] = headers[asked_for[index]] or "\0"
  end
end

-- Both ends of the connection itself, as countersign.conf tells them; for the setting `tcpcrypt` of gatewayd.
local function connection_of(r)
  local environment = r.subprocess_env
  local function told(name)
    return environment["COUNTERSIGN_" .. name] or ""
  end
  local port = environment["COUNTERSIGN_LOCAL_PORT"] or r.port
  return table.concat({ told("REMOTE_ADDRESS"), told("REMOTE_PORT"), told("LOCAL_ADDRESS"), port }, ",")
end

-- nil: what was asked for has no form that gatewayd knows.
local function question(r)
  for index = 1, #facts do
    if facts[index]:find("\n", 1, true) or facts[index]:find("\r", 1, true) then
      return nil
    end
  end
  local method, target = facts[1]:match("^(%S+) +(%S+)")
  local scheme, host = facts[2]:match("^(https?)://(.+)$")
  if not target or not scheme then
    return nil
  end
  local lines = {
    "GET /check HTTP/1.1\r\nHost: gatewayd",
    "X-Countersign-Method: " .. method,
    "X-Countersign-Scheme: " .. scheme,
    "X-Countersign-Host: " .. host,
    "X-Countersign-Uri: " .. target,
    "X-Countersign-Protocol: " .. r.protocol,
    "X-Countersign-Client-Address: " .. facts[3],
    -- Not among the facts that answers are kept by: gatewayd lets none be kept that was made by it.
    "X-Countersign-Connection: " .. connection_of(r),
  }
  for name in facts[4]:gmatch("%S+") do
    lines[#lines + 1] = name .. ": -"
  end
  for index = 1, #asked_for do
    local value = facts[4 + index]
    if value ~= "\0" then
      lines[#lines + 1] = asked_for[index] .. ": " .. value
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- An answer that is all there; nil: more must come; false: it is none, whatever comes.
local function parse(text)
  local head_end = text:find("\r\n\r\n", 1, true)
  if not head_end then
    return nil
  end
  local status, at = text:match("^HTTP/1%.1 ([2-5]%d%d) [^%c]*\r\n()")
  if not status then
    return false
  end
  -- Names and values in turn, and the values by their names in lower case.
  local fields, values, count = {}, {}, 0
  while at < head_end do
    local name, value, next_at = text:match("^([%w-]+):[ \t]*([^%c]*)\r\n()", at)
    if not name then
      return false
    end
    fields[count + 1], fields[count + 2] = name, value
    count, at = count + 2, next_at
    name = name:lower()
    -- Only refusals say something twice.
    if values[name] and (status == "200" or name == "content-length") then
      return false
    end
    values[name] = value
  end
  -- Node tells nothing of the length when it does not understand, or the question is too long.
  local stated = values["content-length"] or ((status == "204" or status >= "400") and "0" or "")
  local length = tonumber(stated:match("^%d+$"))
  local body = text:sub(head_end + 4)
  if values["transfer-encoding"] or not length or #body > length then
    return false
  end
  return #body == length and { status = tonumber(status), fields = fields, values = values, body = body } or nil
end

local connection

local function disconnect()
  if connection then
    connection:close()
    connection = nil
  end
end

-- The connection that was kept, or a new one; nil if gatewayd is not there.
local function connected()
  if connection then
    connection:settimeout(0)
    local _, silence = connection:receive(1)
    if silence == "timeout" then
      return true
    end
    -- gatewayd has closed it, or said what nobody asked for.
    disconnect()
  end
  connection = unix()
  connection:settimeout(patience)
  return connection:connect(gatewayd)
end

-- The answer; else nil, and whether the connection ended before anything of an answer came.
local function exchange(text, deadline)
  connection:settimeout(patience)
  if not connection:send(text) then
    return nil, true
  end
  local heard = ""
  while #heard < longest_answer do
    connection:settimeout(math.max(0, deadline - now()))
    local first, why = connection:receive(1)
    if not first then
      return nil, heard == "" and why ~= "timeout"
    end
    connection:settimeout(0)
    local full, _, part = connection:receive(longest_answer - #heard)
    heard = heard .. first .. (full or part)
    local answer = parse(heard)
    if answer ~= nil then
      return answer or nil
    end
  end
  return nil
end

-- gatewayd's answer, or nil. A kept connection may end just when it is used, and a question may be asked twice.
local function ask(text)
  local deadline = now() + patience
  local was_kept = connection ~= nil
  if not connected() then
    return disconnect()
  end
  local answer, is_unheard = exchange(text, deadline)
  if not answer then
    disconnect()
    if is_unheard and was_kept and connected() then
      answer = exchange(text, deadline)
    end
  end
  -- After anything else than a whole answer the next one might be somebody else's.
  if not answer or answer.values["connection"] == "close" then
    disconnect()
  end
  return answer
end

-- Two generations of visits that were let in, by their facts. The older one goes when the younger one is full.
local younger, older, younger_bytes = {}, {}, 0

local function keep(key, entry)
  -- What Lua needs besides for an entry, its tables and its short texts, is about 600 bytes.
  local bytes = #key + 600
  for _, value in pairs(entry.variables) do
    bytes = bytes + #value
  end
  if younger_bytes + bytes > most_kept then
    younger, older, younger_bytes = {}, younger, 0
  end
  younger[key] = entry
  younger_bytes = younger_bytes + bytes
end

local function kept(key)
  local entry = younger[key] or older[key]
  local second = os.time()
  -- Nor may it count if the clock was set back.
  if not entry or second >= entry.till or second < entry.from then
    return nil
  end
  if not younger[key] then
    keep(key, entry)
  end
  return entry.variables
end

-- gatewayd percent-encodes what is not ASCII, and spaces at an end. nil: nothing that can be told.
local function decoded(value)
  local text = value:gsub("%%(%x%x)", function(code)
    return string.char(tonumber(code, 16))
  end)
  return not text:find("%c") and text or nil
end

-- The variables of a visitor who is let in; nil if the answer does not say who that is.
local function variables_in(values)
  local user, tokens, data = values[names.user], values[names.tokens], values[names.data]
  local kind = values[names.type]
  if not (user and tokens and data and kind) or (user == "") ~= (kind == "") then
    return nil
  end
  local variables = {
    COUNTERSIGN_ALLOWED = "yes",
    COUNTERSIGN_AUTHORIZATION = values["authorization"],
    COUNTERSIGN_COOKIES = values["cookie"],
    COUNTERSIGN_ASSERTION = values[names.assertion],
  }
  if (values[names.session_id] or "") ~= "" then
    variables.TCP_CRYPT_SESSID = values[names.session_id]
  end
  -- A REMOTE_USER that is empty is somebody to some.
  if user ~= "" then
    variables.REMOTE_USER = decoded(user)
    variables.REMOTE_USER_TOKENS = decoded(tokens)
    variables.REMOTE_USER_DATA = decoded(data)
    variables.AUTH_TYPE = kind
    if not (variables.REMOTE_USER and variables.REMOTE_USER_TOKENS and variables.REMOTE_USER_DATA) then
      return nil
    end
  end
  return variables
end

-- Proxied applications would lose a space at an end, and see somebody else.
local function has_spaces(variables)
  for _, name in ipairs({ "REMOTE_USER", "REMOTE_USER_TOKENS", "REMOTE_USER_DATA" }) do
    local value = variables[name]
    if value and (value:sub(1, 1) == " " or value:sub(-1) == " ") then
      return true
    end
  end
  return false
end

local function let_in(r, variables)
  local environment = r.subprocess_env
  for name, value in pairs(variables) do
    environment[name] = value
  end
  if variables.REMOTE_USER then
    r.user = variables.REMOTE_USER
  end
  return apache2.OK
end

-- What was decided before the server began a subrequest or an internal redirect of its own, whose facts are the same.
-- The ticket may be hidden by then.
local function decided_before(r)
  local environment = r.subprocess_env
  local prefix = environment["COUNTERSIGN_ALLOWED"] and "" or "REDIRECT_"
  if not environment[prefix .. "COUNTERSIGN_ALLOWED"] then
    return nil
  end
  local variables = {}
  for name, value in pairs(r:subprocess_env_table()) do
    if name:sub(1, #prefix) == prefix then
      local known = name:sub(#prefix + 1)
      if known:find("^COUNTERSIGN_") or known:find("^REMOTE_USER") or known == "AUTH_TYPE"
        or known == "TCP_CRYPT_SESSID" then
        variables[known] = value
      end
    end
  end
  return variables
end

-- Cookies cannot be joined (RFC 9110 §5.3): Apache has two tables for headers, and room for one in each.
local function add(r, name, value)
  local headers = r.err_headers_out
  if not headers[name] then
    headers[name] = value
  elseif name:lower() == "set-cookie" then
    r.headers_out[name] = value
  else
    headers[name] = headers[name] .. ", " .. value
  end
end

local function refuse(r, answer)
  for index = 1, #answer.fields, 2 do
    local name, value = answer.fields[index], answer.fields[index + 1]
    if name:lower() == "content-type" then
      r.content_type = value
    elseif not between_us[name:lower()] then
      add(r, name, value)
    end
  end
  -- The page around a subrequest is not ours to write.
  if not r.is_initial_req and r:expr("%{IS_SUBREQ} == 'true'") then
    return answer.status
  end
  r.status = answer.status
  r:write(answer.body)
  return apache2.DONE
end

local function bare(r, status)
  r.err_headers_out["Cache-Control"] = "no-store"
  return status
end

local function decide(r)
  local variables = not r.is_initial_req and decided_before(r)
  if variables then
    return let_in(r, variables)
  end
  gather_facts(r)
  local key = table.concat(facts, "\0")
  variables = kept(key)
  if variables then
    return let_in(r, variables)
  end
  local text = question(r)
  if not text then
    return bare(r, 400)
  end
  local asked_at = os.time()
  local answer = ask(text)
  if answer and answer.status > 200 then
    return refuse(r, answer)
  end
  variables = answer and variables_in(answer.values)
  if not variables then
    r:err("countersign: no answer from gatewayd at " .. gatewayd)
    return bare(r, 503)
  elseif has_spaces(variables) then
    r:warn("countersign: identity has spaces at an end, which headers cannot carry")
    return bare(r, 403)
  end
  local seconds = tonumber((answer.values["cache-control"] or ""):match("^max%-age=(%d+)$"))
  if seconds and seconds > 0 then
    keep(key, { variables = variables, from = asked_at, till = asked_at + seconds })
  end
  return let_in(r, variables)
end

-- mod_lua would show the visitor what is wrong with a script, and lose the Lua state of one that returns no number.
function check(r)
  local is_done, status = pcall(decide, r)
  if is_done and type(status) == "number" then
    return status
  end
  disconnect()
  r:err("countersign: " .. tostring(status))
  return bare(r, 503)
end
