-- Runs before gatewayd is asked, and again when it has let the visitor in. Then it tells a proxied application who the
-- visitor is. CGI and FastCGI applications find the same in variables.
local header = lighty.r.req_header

-- Nothing is left that a visitor may have sent of who is visiting, or of another path than the one that is judged. CGI
-- applications see `_` for whatever is no letter or digit, and no browser sends such names.
local forged = {
  "Remote-User",
  "Remote-User-Tokens",
  "Remote-User-Data",
  "Auth-Type",
  "Tcp-Crypt-Sessid",
  "X-Countersign-Assertion",
}
local function is_said_by_proxies(name)
  return name == "forwarded" or name == "x-real-ip" or name == "x-rewrite-url"
    or name:find("^x%-forwarded%-user") or name:find("^x%-original%-") or name:find("^x%-countersign%-")
end
for name in pairs(header) do
  if name:find("[^%w-]") or is_said_by_proxies(name:lower()) then
    forged[#forged + 1] = name
  end
end
for _, name in ipairs(forged) do
  header[name] = nil
end

-- Only gatewayd sets these variables, so none of them is there before it was asked.
local told = {
  ["Remote-User"] = "REMOTE_USER",
  ["Remote-User-Tokens"] = "REMOTE_USER_TOKENS",
  ["Remote-User-Data"] = "REMOTE_USER_DATA",
  ["Auth-Type"] = "AUTH_TYPE",
  ["Tcp-Crypt-Sessid"] = "TCP_CRYPT_SESSID",
  ["X-Countersign-Assertion"] = "COUNTERSIGN_ASSERTION",
  ["Authorization"] = "COUNTERSIGN_AUTHORIZATION",
  ["Cookie"] = "COUNTERSIGN_COOKIES",
}
local variables = {}
-- Not req_env["NAME"], which is nil for a variable that is empty.
for name, value in pairs(lighty.r.req_env) do
  variables[name] = value
end
for name, from in pairs(told) do
  local value = variables[from]
  if value == "" then
    header[name] = nil
  elseif value then
    header[name] = value
  end
end
