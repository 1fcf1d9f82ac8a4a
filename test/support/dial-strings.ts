/** All that a dial string of ours may be; `&` would be another party, `^` and `(` options, `,` another argument. */
export const dialString =
  /^PJSIP\/(\+?[0-9*]{1,32}@trunk|[0-9]{2,8}|direct\/sip:[A-Za-z0-9+*_.-]{1,64}@([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\]):[1-9]\d{0,4})$/;
