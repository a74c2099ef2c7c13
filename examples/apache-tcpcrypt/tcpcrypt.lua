-- Tells scripts the tcpcrypt session ID of the connection that a request came on, for Apache 2.4 with mod_lua and
-- LuaSocket (Debian: apache2, lua-socket).
--
--   LuaHookFixups /etc/apache2/countersign/tcpcrypt.lua tell
--
-- As with mod_tcpcrypt, TCP_CRYPT_SESSID holds it in upper-case hexadecimal, and is not there where the connection has
-- none. Nothing is kept between two requests: another connection may have the same addresses and ports by then.

local unix = require "socket.unix"
local now = require("socket").gettime

-- tcpcryptd tells Apache's user about Apache's own connections, without a group.
local tcpcryptd = "@TCPCRYPT_SOCKET@"

-- Seconds for a question and its answer.
local patience = 0.25

-- Seconds for which nobody asks a daemon that did not answer.
local rest = 1

local longest_answer = 4096

local connection
local last_id = 0
local rests_until = 0

local function disconnect()
  if connection then
    connection:close()
    connection = nil
  end
end

local function connected()
  if not connection then
    connection = unix()
    connection:settimeout(patience)
    if not connection:connect(tcpcryptd) then
      disconnect()
    end
  end
  return connection
end

-- The next line from tcpcryptd, or nil.
local function receive_line(deadline)
  connection:settimeout(math.max(0, deadline - now()))
  local line = connection:receive("*l")
  return line and #line <= longest_answer and line or nil
end

-- The answer to one question, or nil. After anything else the next answer might be that to this question.
local function ask_once(text, deadline)
  if not connected() then
    return nil
  end
  connection:settimeout(patience)
  local line = connection:send(text) and receive_line(deadline)
  if not line or not line:find('"id":' .. last_id .. "[,}]") then
    disconnect()
    return nil
  end
  return line
end

-- A connection that was kept may have ended with an older tcpcryptd.
local function ask(text)
  local deadline = now() + patience
  local was_kept = connection ~= nil
  local answer = ask_once(text, deadline)
  if not answer and was_kept and now() < deadline then
    answer = ask_once(text, deadline)
  end
  return answer
end

-- Both ends of the connection itself, as tcpcrypt.conf tells them; nil where the visitor is behind another proxy
-- (mod_remoteip), whose connection this is.
local function ends_of(r)
  local environment = r.subprocess_env
  local function told(name, pattern)
    return (environment["COUNTERSIGN_" .. name] or ""):match(pattern)
  end
  local remote, here = told("REMOTE_ADDRESS", "^[%x:.]+$"), told("LOCAL_ADDRESS", "^[%x:.]+$")
  local remote_port, port = told("REMOTE_PORT", "^%d+$"), told("LOCAL_PORT", "^%d+$") or r.port
  if not (remote and remote_port and here) then
    error("tcpcrypt.conf is not included")
  end
  if remote ~= r.useragent_ip then
    return nil
  end
  return here, port, remote, remote_port
end

local form = '{"v":1,"id":%d,"ask":"session","local":{"address":"%s","port":%s},"remote":{"address":"%s","port":%s}}\n'

-- The session ID, or nil.
local function session_id_of(r)
  local here, port, remote, remote_port = ends_of(r)
  if not here or now() < rests_until then
    return nil
  end
  last_id = last_id + 1
  local answer = ask(form:format(last_id, here, port, remote, remote_port))
  if not answer then
    rests_until = now() + rest
    r:warn("countersign: no answer from tcpcryptd at " .. tcpcryptd)
    return nil
  end
  -- All else in the answer is numbers, addresses and fixed words.
  return answer:match('"sessionId":"(%x+)"')
end

-- A request is served without a session ID rather than not at all.
function tell(r)
  local is_done, session_id = pcall(session_id_of, r)
  if not is_done then
    disconnect()
    r:err("countersign: " .. tostring(session_id))
  elseif session_id then
    r.subprocess_env["TCP_CRYPT_SESSID"] = session_id
  end
  return apache2.DECLINED
end
