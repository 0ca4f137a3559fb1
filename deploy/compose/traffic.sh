# Requests to the demonstration API for ever: sh traffic.sh http://host:port
api=$1
i=0
get() { wget -q -T 2 -O /dev/null "$@" 2>/dev/null; }
while :; do
    i=$((i + 1))
    get --header "Authorization: Bearer demo" "$api/files/v2/media/$((i % 40))"
    get --header "Authorization: Bearer demo" "$api/apps/v2"
    [ $((i % 3)) -eq 0 ] && get --header "Authorization: Bearer demo" --post-data "x=1" "$api/jobs/v2"
    [ $((i % 4)) -eq 0 ] && get --header "Authorization: Bearer demo" --header "If-None-Match: \"1\"" "$api/systems/v2"
    [ $((i % 7)) -eq 0 ] && get --header "Authorization: Bearer demo" "$api/files/v2/media/missing"
    [ $((i % 11)) -eq 0 ] && get "$api/profiles/v2"
    [ $((i % 13)) -eq 0 ] && get --header "Authorization: Bearer demo" --header "Range: bytes=0-9" "$api/files/v2/range"
    [ $((i % 601)) -eq 0 ] && get --header "Authorization: Bearer demo" "$api/broken"
    sleep 0.2
done
