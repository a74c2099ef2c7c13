-- A shared cache knows nothing of tickets. What the application says of caches stays.
local header = lighty.r.resp_header
if not header["Cache-Control"] then
  header["Cache-Control"] = "private"
end
